#pragma once
/// The files that a machine needs beside the emulator: firmware and option ROMs. They are looked for where -L says, and then
/// where Debian's packages of QEMU and SeaBIOS put them.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qobject/error.h"

namespace rhea {

/// The path of a file; nothing: there is no such file. A name that leads to a file as it stands is taken so.
std::optional<std::string> find_data_file(const std::vector<std::string>& directories, const std::string& name);

/// A file's contents, read only. Pages come when they are first looked at.
class FileImage {
public:
    /// `private_copy`: read now, so that it does not matter what becomes of the file. Null: it cannot be read, or is empty.
    static std::unique_ptr<FileImage> open(const std::string& path, bool private_copy);
    ~FileImage();
    FileImage(const FileImage&) = delete;
    FileImage& operator=(const FileImage&) = delete;

    std::size_t size() const { return size_; }
    unsigned char* data() const { return data_; }      ///< not to be written to
    std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    FileImage(unsigned char* data, std::size_t size) : data_(data), size_(size) {}
    unsigned char* data_;
    std::size_t size_;
};

/// A whole file. Errors name it and the reason as GLib does: "Failed to open file “x”: No such file or directory".
Result<std::string> read_whole_file(const std::string& path);

}  // namespace rhea
