#include "machine/vcpu_thread.h"

#include <signal.h>
#include <unistd.h>


namespace rhea {

VcpuThread::VcpuThread(std::string name) : name_(std::move(name)), id_(::getpid()) {
    ::sem_init(&started_, 0, 0);
    ::sem_init(&ended_, 0, 0);
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, 64 << 10);      // it waits
    // The loop's thread is the one that signals are for.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    running_ = ::pthread_create(&thread_, &attributes, run, this) == 0;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    while (running_ && ::sem_wait(&started_) != 0) {}
}

VcpuThread::~VcpuThread() {
    if (running_) {
        ::sem_post(&ended_);
        ::pthread_join(thread_, nullptr);
    }
    ::sem_destroy(&started_);
    ::sem_destroy(&ended_);
}

void* VcpuThread::run(void* self) {
    auto& thread = *static_cast<VcpuThread*>(self);
    thread.id_ = ::gettid();
    ::pthread_setname_np(::pthread_self(), thread.name_.substr(0, 15).c_str());
    ::sem_post(&thread.started_);
    while (::sem_wait(&thread.ended_) != 0) {}
    return nullptr;
}

}  // namespace rhea
