#include "machine/data_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rhea {

namespace {

constexpr std::string_view kDirectories[] = {"/usr/share/qemu", "/usr/share/seabios", "/usr/lib/ipxe/qemu"};
constexpr off_t kMaxFile = 256 << 20;

/// Reads all of it; -1 and errno, or the number of bytes.
ssize_t read_all(int fd, char* to, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const auto got = ::read(fd, to + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(done);
}

}  // namespace

std::optional<std::string> find_data_file(const std::vector<std::string>& directories, const std::string& name) {
    if (::access(name.c_str(), R_OK) == 0) return name;
    for (const std::string& directory : directories)
        if (auto path = directory + "/" + name; ::access(path.c_str(), R_OK) == 0) return path;
    for (const auto directory : kDirectories)
        if (auto path = fmt::format("{}/{}", directory, name); ::access(path.c_str(), R_OK) == 0) return path;
    return std::nullopt;
}

std::unique_ptr<FileImage> FileImage::open(const std::string& path, bool private_copy) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return nullptr;
    struct stat info {};
    void* data = MAP_FAILED;
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 && info.st_size <= kMaxFile) {
        const auto size = static_cast<std::size_t>(info.st_size);
        data = private_copy ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                            : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (private_copy && data != MAP_FAILED && read_all(fd, static_cast<char*>(data), size) != info.st_size) {
            ::munmap(data, size);
            data = MAP_FAILED;
        }
    }
    ::close(fd);
    if (data == MAP_FAILED) return nullptr;
    return std::unique_ptr<FileImage>(new FileImage(static_cast<unsigned char*>(data), static_cast<std::size_t>(info.st_size)));
}

FileImage::~FileImage() { ::munmap(data_, size_); }

Result<std::string> read_whole_file(const std::string& path) {
    const auto failed = [&](const char* what) {
        return fail(fmt::format("Failed to {} file “{}”: {}", what, path, std::strerror(errno)));
    };
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return failed("open");
    std::string bytes;
    struct stat info {};
    ssize_t got = -1;
    if (::fstat(fd, &info) == 0) {
        if (info.st_size > kMaxFile) {
            ::close(fd);
            errno = EFBIG;
            return failed("read");
        }
        // What is no plain file tells no size.
        bytes.resize(S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 1 << 20);
        got = read_all(fd, bytes.data(), bytes.size());
    }
    const int error = errno;
    ::close(fd);
    errno = error;
    if (got < 0) return failed("read from");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

}  // namespace rhea
