/// filter-dump: writes what passes into a file, as libpcap has it.
#include <fcntl.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "chardev/file_descriptor.h"
#include "machine/net/filter.h"
#include "machine/platform.h"
#include "machine/clock.h"

namespace rhea::net {

namespace {

constexpr std::uint32_t kMagic = 0xa1b2c3d4, kEthernet = 1;
constexpr int kUsualLength = 65536;

struct FileHeader {
    std::uint32_t magic = kMagic;
    std::uint16_t major = 2, minor = 4;
    std::int32_t zone = 0;
    std::uint32_t precision = 0, length, link = kEthernet;
};
struct RecordHeader {
    std::uint32_t seconds, microseconds, kept, length;
};

class DumpFilter final : public NetFilter {
public:
    DumpFilter(qom::Values said, const Place& place, FileDescriptor file, std::uint32_t most)
        : NetFilter(std::move(said), place), file_(std::move(file)), most_(most) {}

    bool frame(Client&, Frame frame) override {
        const std::int64_t now = client().network().clocks().now(ClockType::host) / 1000;
        const auto kept = static_cast<std::uint32_t>(std::min<std::size_t>(frame.size(), most_));
        RecordHeader header{static_cast<std::uint32_t>(now / 1'000'000), static_cast<std::uint32_t>(now % 1'000'000), kept,
                            static_cast<std::uint32_t>(frame.size())};
        iovec parts[2] = {{&header, sizeof header}, {const_cast<std::uint8_t*>(frame.data()), kept}};
        // Half a record would make the rest unreadable.
        if (file_ && ::writev(file_.get(), parts, 2) != static_cast<ssize_t>(sizeof header + kept)) file_.reset();
        return false;
    }

private:
    FileDescriptor file_;
    std::uint32_t most_;
};

constexpr qom::Property kProperties[] = {
    qom::property("file", qom::kString),
    qom::property("maxlen", qom::kUint32, kUsualLength),
};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const auto most = static_cast<std::uint32_t>(creation.values.integer("maxlen"));
    if (most == 0) return fail("Property 'filter-dump.maxlen' doesn't take value '0'");
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    const std::string path = creation.values.text("file").value_or("");
    FileDescriptor file(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NONBLOCK, 0644));
    if (!file) return fail(fmt::format("net dump: can't open {}: {}", path, std::strerror(errno)));
    FileHeader header;
    header.length = most;
    if (::write(file.get(), &header, sizeof header) != static_cast<ssize_t>(sizeof header))
        return fail(fmt::format("net dump write error: {}", std::strerror(errno)));
    return std::make_unique<DumpFilter>(std::move(creation.values), place, std::move(file), most);
}

}  // namespace

constinit const qom::Type kFilterDump{.name = "filter-dump", .parent = &kNetFilter, .properties = kProperties, .create = create};

}  // namespace rhea::net
