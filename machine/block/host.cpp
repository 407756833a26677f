#include "machine/block/host.h"

#include <fcntl.h>
#include <uv.h>

#include <cstdio>

namespace rhea {

int BlockHost::open_file(const std::string& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); }

std::int64_t BlockHost::accounting_now() const { return static_cast<std::int64_t>(uv_hrtime()); }

void BlockHost::warn(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace rhea
