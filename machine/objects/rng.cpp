/// rng-builtin, rng-random, rng-egd: where a guest's random bytes come from.
#include "machine/objects/rng.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "chardev/registry.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject opened(const RngBackend&) { return true; }

constexpr qom::Property kProperties[] = {qom::property("opened", qom::kBool).from<opened>()};
constexpr qom::Property kRandomProperties[] = {qom::property("filename", qom::kString, "/dev/urandom")};
constexpr qom::Property kEgdProperties[] = {qom::property("chardev", qom::kString)};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

Result<std::unique_ptr<qom::Object>> create_builtin(qom::Creation& creation) {
    return std::make_unique<RngBackend>(std::move(creation.values), FileDescriptor());
}

Result<std::unique_ptr<qom::Object>> create_random(qom::Creation& creation) {
    const std::string path = creation.values.text("filename").value_or("");
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) return fail(fmt::format("Could not open '{}': {}", path, std::strerror(errno)));
    return std::make_unique<RngBackend>(std::move(creation.values), std::move(file));
}

/// The daemon's side of the EGD protocol is asked when a guest asks; until then only the chardev is checked.
Result<std::unique_ptr<qom::Object>> create_egd(qom::Creation& creation) {
    const std::string name = creation.values.text("chardev").value_or("");
    Chardev* chardev = creation.platform.chardevs.find(name);
    if (!chardev) return fail(Error::device_not_found(name));
    if (chardev->in_use()) return fail(fmt::format("Device '{}' is in use", name));
    return std::make_unique<RngBackend>(std::move(creation.values), FileDescriptor());
}

}  // namespace

constinit const qom::Type kRngBackend{
    .name = "rng-backend", .parent = &qom::kObject, .abstract = true, .interfaces = kInterfaces, .properties = kProperties};
constinit const qom::Type kRngBuiltin{.name = "rng-builtin", .parent = &kRngBackend, .create = create_builtin};
constinit const qom::Type kRngRandom{
    .name = "rng-random", .parent = &kRngBackend, .properties = kRandomProperties, .create = create_random};
constinit const qom::Type kRngEgd{.name = "rng-egd", .parent = &kRngBackend, .properties = kEgdProperties, .create = create_egd};

std::size_t RngSource::fill(std::span<std::uint8_t> out) {
    const ssize_t got = file_ ? ::read(file_.get(), out.data(), out.size()) : ::getrandom(out.data(), out.size(), GRND_NONBLOCK);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace rhea
