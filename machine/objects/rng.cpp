/// rng-builtin, rng-random, rng-egd: where a guest's random bytes come from.
#include "machine/objects/rng.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "chardev/file_descriptor.h"
#include "chardev/registry.h"
#include "machine/char_port.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject opened(const RngBackend&) { return true; }

constexpr qom::Property kProperties[] = {qom::property("opened", qom::kBool).from<opened>()};
constexpr qom::Property kRandomProperties[] = {qom::property("filename", qom::kString, "/dev/urandom")};
constexpr qom::Property kEgdProperties[] = {qom::property("chardev", qom::kString)};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

/// Reads `file`, or asks the kernel when it is empty.
class FileSource final : public RngSource {
public:
    explicit FileSource(FileDescriptor file) : file_(std::move(file)) {}
    std::size_t fill(std::span<std::uint8_t> out) override {
        const ssize_t got = file_ ? ::read(file_.get(), out.data(), out.size()) : ::getrandom(out.data(), out.size(), GRND_NONBLOCK);
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }

private:
    FileDescriptor file_;
};

/// A daemon that speaks the protocol of EGD: command 2 and a length ask for bytes, which come when there are some.
class EgdSource final : public RngSource, private CharPortUser {
public:
    explicit EgdSource(Chardev& chardev) : port_(&chardev, *this) {}
    std::size_t fill(std::span<std::uint8_t> out) override {
        const auto size = std::min(out.size(), ready_.size());
        std::copy_n(ready_.begin(), size, out.begin());
        ready_.erase(0, size);
        if (size < out.size()) ask(out.size() - size);
        return size;
    }

private:
    static constexpr std::uint8_t kBlockingRead = 2;
    static constexpr std::size_t kMostAtOnce = 255;

    std::size_t can_receive() override { return wanted_; }
    void receive(std::span<const std::uint8_t> bytes) override {
        ready_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        wanted_ -= bytes.size();
    }
    /// A new daemon knows of no questions.
    void opened(bool) override { wanted_ = 0; }
    void ask(std::size_t bytes) {
        while (port_.connected() && wanted_ < bytes) {
            const auto size = std::min(kMostAtOnce, bytes - wanted_);
            const std::uint8_t question[] = {kBlockingRead, static_cast<std::uint8_t>(size)};
            if (!port_.write(question)) return;
            wanted_ += size;
        }
    }

    std::string ready_;
    std::size_t wanted_ = 0;         // asked for, not come yet
    CharPort port_;                  // goes first: it may call
};

Result<std::unique_ptr<qom::Object>> create_builtin(qom::Creation& creation) {
    return std::make_unique<RngBackend>(std::move(creation.values), std::make_shared<FileSource>(FileDescriptor()));
}

Result<std::unique_ptr<qom::Object>> create_random(qom::Creation& creation) {
    const std::string path = creation.values.text("filename").value_or("");
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) return fail(fmt::format("Could not open '{}': {}", path, std::strerror(errno)));
    return std::make_unique<RngBackend>(std::move(creation.values), std::make_shared<FileSource>(std::move(file)));
}

Result<std::unique_ptr<qom::Object>> create_egd(qom::Creation& creation) {
    const std::string name = creation.values.text("chardev").value_or("");
    Chardev* chardev = creation.platform.chardevs.find(name);
    if (!chardev) return fail(Error::device_not_found(name));
    if (chardev->in_use()) return fail(fmt::format("Device '{}' is in use", name));
    return std::make_unique<RngBackend>(std::move(creation.values), std::make_shared<EgdSource>(*chardev));
}

}  // namespace

constinit const qom::Type kRngBackend{
    .name = "rng-backend", .parent = &qom::kObject, .abstract = true, .interfaces = kInterfaces, .properties = kProperties};
constinit const qom::Type kRngBuiltin{.name = "rng-builtin", .parent = &kRngBackend, .create = create_builtin};
constinit const qom::Type kRngRandom{
    .name = "rng-random", .parent = &kRngBackend, .properties = kRandomProperties, .create = create_random};
constinit const qom::Type kRngEgd{.name = "rng-egd", .parent = &kRngBackend, .properties = kEgdProperties, .create = create_egd};

}  // namespace rhea
