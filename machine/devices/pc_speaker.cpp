#include "machine/devices/pc_speaker.h"

#include "machine/qom/basic_types.h"

namespace rhea {

PcSpeaker::PcSpeaker(AddressSpace& ports, I8254& timer)
    : Device(kType),
      timer_(timer),
      mapping_(ports, {.name = "pcspk", .base = kPort, .size = 1, .handler = this, .max_access = 1}) {}

std::uint64_t PcSpeaker::io_read(std::uint64_t, unsigned) {
    refresh_ = !refresh_;  // stands for the memory's refresh, which old software times itself by
    return (timer_.speaker_gate() ? 1u : 0u) | (data_ ? 2u : 0u) | (refresh_ ? 0x10u : 0u) | (timer_.speaker_output() ? 0x20u : 0u);
}

void PcSpeaker::io_write(std::uint64_t, std::uint64_t value, unsigned) {
    data_ = (value & 2) != 0;
    timer_.set_speaker_gate((value & 1) != 0);
}

namespace {

const qom::Object* timer_of(const PcSpeaker& speaker) { return &speaker.timer(); }

constexpr qom::ValueType kTimerLink{"link<pit-common>"};
constexpr qom::Property kProperties[] = {
    qom::property("audiodev", qom::kAudiodev),
    qom::property("iobase", qom::kUint32, std::int64_t{PcSpeaker::kPort}),
    qom::property("migrate", qom::kBool, true),
};
constexpr qom::Property kInstanceProperties[] = {qom::property("pit", kTimerLink).leads_to<timer_of>()};
constexpr qom::Region kPlace[] = {{qom::kPortSpace, PcSpeaker::kPort, 1}};
constexpr qom::Nodes kNodes[] = {qom::regions("pcspk", kPlace).early()};

}  // namespace

constinit const qom::Type PcSpeaker::kType{.name = "isa-pcspk",
                                           .parent = &kIsaDevice,
                                           .properties = kProperties,
                                           .instance_properties = kInstanceProperties,
                                           .nodes = kNodes,
                                           .pluggable = false};

}  // namespace rhea
