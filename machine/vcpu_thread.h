#pragma once
/// The host thread of a virtual CPU: what `query-cpus-fast` tells, and what a management tool pins and schedules.
#include <semaphore.h>
#include <sys/types.h>

#include <pthread.h>

#include <string>

namespace rhea {

class VcpuThread {
public:
    /// `name`: at most 15 bytes, as the system keeps it. Without resources for a thread, its id is that of the process.
    explicit VcpuThread(std::string name);
    ~VcpuThread();
    VcpuThread(const VcpuThread&) = delete;
    VcpuThread& operator=(const VcpuThread&) = delete;

    pid_t id() const { return id_; }

private:
    static void* run(void* self);

    const std::string name_;
    sem_t started_, ended_;
    pthread_t thread_{};
    bool running_ = false;
    pid_t id_;
};

}  // namespace rhea
