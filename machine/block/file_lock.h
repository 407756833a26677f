#pragma once
/// The locks that processes hold on an image file, byte for byte as QEMU and qemu-img set them: byte 100+n says "I use
/// permission n", byte 200+n "I do not share permission n" (open file description locks, which are advisory).
#include <string>

#include "machine/block/node.h"
#include "qobject/error.h"

namespace rhea {

class FileLock {
public:
    /// `fd` is open for reading and outlives the lock; closing it lets go of everything.
    void bind(int fd, std::string filename) {
        fd_ = fd;
        filename_ = std::move(filename);
    }

    /// Takes what is new, asks whether another process objects, lets go of what is not needed any more.
    /// Errors: "Failed to get "write" lock", with the hint that names the image; the locks are as before then.
    Result<void> set(BlockPermissions wanted);

private:
    int change(unsigned used, unsigned unshared);
    Result<void> check(unsigned used, unsigned unshared) const;
    Fail refusal(std::string text, int error) const;

    int fd_ = -1;
    std::string filename_;
    unsigned used_ = 0, unshared_ = 0;  // what we hold
};

}  // namespace rhea
