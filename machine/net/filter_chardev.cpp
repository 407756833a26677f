/// filter-mirror and filter-redirector: frames that leave by a character device, as copies or instead, or come in by one.
#include <fmt/format.h>

#include "chardev/registry.h"
#include "machine/net/filter.h"
#include "machine/net/frame_port.h"
#include "machine/platform.h"

namespace rhea::net {

namespace {

class MirrorFilter final : public NetFilter {
public:
    MirrorFilter(qom::Values said, const Place& place, Chardev& out)
        : NetFilter(std::move(said), place), out_(out, values().boolean("vnet_hdr_support"), {}) {}
    bool frame(Client&, Frame frame) override {
        out_.send(frame);
        return false;
    }

private:
    FramePort out_;
};

class RedirectorFilter final : public NetFilter {
public:
    RedirectorFilter(qom::Values said, const Place& place, Chardev* in, Chardev* out) : NetFilter(std::move(said), place) {
        const bool headers = values().boolean("vnet_hdr_support");
        if (in) in_ = std::make_unique<FramePort>(*in, headers, [this](Frame frame) { enter(frame); });
        if (out) out_ = std::make_unique<FramePort>(*out, headers, FramePort::Received{});
    }
    bool frame(Client&, Frame frame) override {
        if (!out_) return false;
        out_->send(frame);
        return true;
    }

private:
    /// It goes the ways that this filter watches.
    void enter(Frame frame) {
        if (wants(Direction::tx)) pass_on(true, frame);
        if (wants(Direction::rx)) pass_on(false, frame);
    }

    std::unique_ptr<FramePort> in_, out_;
};

constexpr qom::Property kMirrorProperties[] = {
    qom::property("outdev", qom::kString),
    qom::property("vnet_hdr_support", qom::kBool, false),
};
constexpr qom::Property kRedirectorProperties[] = {
    qom::property("indev", qom::kString),
    qom::property("outdev", qom::kString),
    qom::property("vnet_hdr_support", qom::kBool, false),
};

/// `role`: what stands in front of the error of one that is not there.
Result<Chardev*> device_of(qom::Creation& creation, const char* property, std::string_view role) {
    const auto label = creation.values.text(property);
    if (!label) return nullptr;
    Chardev* chardev = creation.platform.chardevs.find(*label);
    if (!chardev) return fail(Error(fmt::format("{}Device '{}' not found", role, *label), ErrorClass::device_not_found));
    if (chardev->in_use()) return fail(fmt::format("Device '{}' is in use", *label));
    return chardev;
}

Result<std::unique_ptr<qom::Object>> create_mirror(qom::Creation& creation) {
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    Chardev* out = RHEA_TRY(device_of(creation, "outdev", ""));
    return std::make_unique<MirrorFilter>(std::move(creation.values), place, *out);
}

Result<std::unique_ptr<qom::Object>> create_redirector(qom::Creation& creation) {
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    const auto in_name = creation.values.text("indev"), out_name = creation.values.text("outdev");
    if (!in_name && !out_name) return fail("filter redirector needs 'indev' or 'outdev' at least one property set");
    if (in_name && out_name && *in_name == *out_name) return fail("'indev' and 'outdev' could not be same for filter redirector");
    Chardev* in = RHEA_TRY(device_of(creation, "indev", "IN "));
    Chardev* out = RHEA_TRY(device_of(creation, "outdev", "OUT "));
    return std::make_unique<RedirectorFilter>(std::move(creation.values), place, in, out);
}

}  // namespace

constinit const qom::Type kFilterMirror{.name = "filter-mirror", .parent = &kNetFilter, .properties = kMirrorProperties, .create = create_mirror};
constinit const qom::Type kFilterRedirector{
    .name = "filter-redirector", .parent = &kNetFilter, .properties = kRedirectorProperties, .create = create_redirector};

}  // namespace rhea::net
