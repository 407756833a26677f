/// Whatever a guest does at its ports, in its memory and to its clock, the machine answers and stays a machine. No socket
/// and no process stands between: one input is one life of a machine.
///
/// The input is a list of actions of 12 bytes: what (1), where (1 + 4), value (4), size (1), spare (1). With a MAIN of its
/// own the target makes its inputs itself: device_fuzz_run OPERATIONS [SEED].
#include <uv.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "chardev/registry.h"
#include "fuzz.h"
#include "machine/all_commands.h"
#include "machine/cli/command_line.h"
#include "machine/cli/machine_choice.h"
#include "machine/event_clock.h"
#include "machine/machine.h"
#include "machine/monitors.h"
#include "monitor/engine.h"
#include "monitor/fd_sets.h"

using namespace rhea;

namespace {

struct Range {
    std::uint32_t first, length;
};
constexpr Range kPorts[] = {{0x00, 0x10}, {0x20, 2},    {0x40, 4},   {0x60, 5},    {0x70, 2},     {0x80, 16},
                            {0x92, 1},    {0xa0, 2},    {0xb2, 2},   {0xc0, 32},   {0x170, 8},    {0x1ce, 4},
                            {0x1f0, 8},   {0x2f8, 8},   {0x376, 2},  {0x378, 8},   {0x3b0, 48},   {0x3f0, 8},
                            {0x3f8, 8},   {0x441, 4},   {0x4d0, 2},  {0x505, 1},   {0x510, 12},   {0x600, 64},
                            {0xae00, 24}, {0xaf00, 32}, {0xafe0, 4}, {0xb100, 64}, {0xc000, 256}, {0xcf8, 8}};
constexpr Range kMemory[] = {{0x0, 0x4000},         {0xa0000, 0x60000},   {0xff0000, 0x20000},
                             {0xe0000000, 0x40000}, {0xe1000000, 0x2000}, {0xfec00000, 0x20},
                             {0xfed00000, 0x400},   {0xfee00000, 0x400},  {0xfffc0000, 0x40000}};
constexpr std::uint8_t kFunctions[] = {0x00, 0x08, 0x09, 0x0b, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40};
/// virtio functions, and how many queues of each are driven.
struct VirtioFunction {
    std::uint8_t devfn, queues;
};
constexpr VirtioFunction kVirtio[] = {{0x18, 2}, {0x28, 6}, {0x30, 4}, {0x38, 1}, {0x40, 3}, {0x48, 3}};
constexpr std::uint8_t kRegisters[] = {0x04, 0x10, 0x14, 0x18, 0x20, 0x3c, 0x40, 0x80};

// clang-format off
const std::vector<std::string> kArguments = {
    "-accel", "qtest", "-S", "-nodefaults", "-no-user-config", "-display", "none", "-no-shutdown", "-action", "panic=none", "-m", "16", "-serial", "null", "-parallel", "null",
    "-vga", "std", "-rtc", "base=2020-01-01,clock=vm", "-blockdev", "null-co,node-name=n0,size=1048576,read-zeroes=on",
    "-blockdev", "null-co,node-name=n1,size=1048576,read-zeroes=on", "-blockdev", "null-co,node-name=n2,size=1474560,read-zeroes=on",
    "-device", "ide-hd,drive=n0", "-device", "ide-cd", "-device", "virtio-blk-pci,drive=n1,addr=3,num-queues=2",
    "-device", "virtio-serial-pci,addr=5", "-chardev", "ringbuf,id=c1", "-device", "virtconsole,chardev=c1", "-chardev", "ringbuf,id=c2",
    "-device", "virtserialport,chardev=c2,id=p1", "-device", "virtio-balloon-pci,addr=6,free-page-reporting=on", "-device",
    "virtio-rng-pci,addr=7,max-bytes=4096,period=1", "-device", "virtio-net-pci,addr=8,netdev=h0", "-netdev", "hubport,id=h0,hubid=0", "-netdev", "hubport,id=h1,hubid=0",
    "-device", "virtio-net-pci,addr=9,netdev=h1", "-device", "floppy,drive=n2",
    "-device", "ib700", "-device", "i6300esb,addr=4", "-device", "pvpanic", "-device", "isa-debugcon,chardev=c0", "-chardev", "null,id=c0"};
// clang-format on

/// A machine, and what it stands on.
class Subject {
public:
    Subject() : reporter_("rhea", [this](std::string_view text) { errors_ += text; }) {
        uv_loop_init(&loop_);
        auto config = cli::parse_command_line(kArguments, reporter_);
        fuzz::promise(config.has_value(), "the command line is understood", errors_);
        config_ = std::move(*config);
        fuzz::promise(
            cli::choose_machine(config_, reporter_).has_value() && cli::apply_properties(config_, reporter_).has_value(),
            "the machine is known", errors_);
        chardevs_ = std::make_unique<Chardevs>(ChardevHost{&loop_});
        for (const cli::Group& group : config_.chardevs)
            fuzz::promise(add_chardev(*chardevs_, group, reporter_), "character devices are there", errors_);
        clocks_ = std::make_unique<Clocks>(&loop_, true);
        event_clock_ = std::make_unique<MachineEventClock>(*clocks_);
        engine_ = std::make_unique<Engine>(*event_clock_, EngineOptions{{7, 2, 22, "fuzz"}});
        machine_ = std::make_unique<Machine>(&loop_, *engine_, *chardevs_, *clocks_, config_, "qtest");
        add_all_commands(*engine_, *machine_, fd_sets_);
        fuzz::promise(machine_->add_objects(reporter_) && machine_->open_drives(reporter_) &&
                          machine_->open_networks(reporter_) && machine_->open_ports(reporter_) && machine_->build(reporter_),
                      "the machine is built", errors_);
        machine_->life().start();
    }
    ~Subject() {
        machine_->block().drain();
        turn();
        machine_.reset();
        engine_.reset();
        event_clock_.reset();
        clocks_.reset();
        chardevs_.reset();
        while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {}
        fuzz::promise(uv_loop_close(&loop_) == 0, "nothing is left on the loop");
    }
    void turn() { uv_run(&loop_, UV_RUN_NOWAIT); }
    Machine& machine() { return *machine_; }

private:
    cli::Reporter reporter_;
    std::string errors_;
    uv_loop_t loop_;
    FdSets fd_sets_;
    cli::Config config_;
    std::unique_ptr<Chardevs> chardevs_;
    std::unique_ptr<Clocks> clocks_;
    std::unique_ptr<MachineEventClock> event_clock_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Machine> machine_;
};

struct Action {
    std::uint8_t what, table, size_bits, spare;
    std::uint32_t where, value;
};

template <std::size_t N>
std::uint64_t place(const Range (&ranges)[N], const Action& action) {
    const Range& range = ranges[action.table % N];
    return std::uint64_t{range.first} + action.where % range.length;
}

/// Enough of a driver that queues are served: the registers at a known place, rings in memory, and then chains of any kind.
void drive_virtio(Machine& machine, const Action& action) {
    AddressSpace &ports = machine.ports(), &memory = machine.memory();
    constexpr std::uint64_t kRings = 0x100000, kRing = 0x4000, kModern = 0xd0000000;
    const unsigned which = action.table % std::size(kVirtio),
                   queue = action.table / std::size(kVirtio) % kVirtio[which].queues;
    const unsigned port = 0xc000 + 0x100 * which;
    const std::uint64_t base = kRings + kRing * (which * 8 + queue), modern = kModern + 0x10000 * which;
    const unsigned size = which == 3                                 ? 8
                          : which == 1 && (queue == 2 || queue == 3) ? 32
                          : (which == 4 || which == 5) && queue == 2 ? 64
                          : which == 0 || which >= 4               ? 256
                                                                     : 128;
    const std::uint64_t available = base + 16 * size;
    const auto configure = [&](unsigned reg, std::uint32_t value) {
        ports.write(0xcf8, 0x80000000u | unsigned{kVirtio[which].devfn} << 8 | reg, 4);
        ports.write(0xcfc, value, 4);
    };
    switch (action.spare % 8) {
        case 0:  // from nothing to DRIVER_OK
            configure(0x10, port);
            configure(0x20, static_cast<std::uint32_t>(modern));
            configure(0x04, 7);
            ports.write(port + 0x12, 0, 1);
            ports.write(port + 0x12, 3, 1);
            ports.write(port + 0x04, action.value, 4);
            for (unsigned i = 0; i < kVirtio[which].queues; ++i) {
                ports.write(port + 0x0e, i, 2);
                ports.write(port + 0x08, (kRings + kRing * (which * 8 + i)) >> 12, 4);
            }
            ports.write(port + 0x12, 7, 1);
            break;
        case 1:
        case 2: {  // a descriptor: of little or much, there or elsewhere, any flags
            const std::uint64_t at = base + 16 * (action.where % 16);
            memory.write(at, action.value & 1 ? 0x200000 + (action.value >> 4 & 0xfff0) : action.value, 8);
            memory.write(at + 8, action.value & 2 ? action.where >> 8 & 0x3ff : action.where, 4);
            memory.write(at + 12, action.size_bits & 0x40 ? action.size_bits : action.size_bits & 3, 2);
            memory.write(at + 14, action.where >> 4 & 15, 2);
            break;
        }
        case 3:  // what such a descriptor may lead to: a request, a message, an indirect table
            for (unsigned i = 0; i < 4; ++i)
                memory.write(0x200000 + (action.value >> 4 & 0xfff0) + 4 * i, i == 1 ? action.where : action.where >> 16, 4);
            break;
        case 4:
        case 5:
        case 6: {  // one more chain, and word of it
            const auto index = static_cast<std::uint16_t>(memory.read(available + 2, 2));
            memory.write(available + 4 + 2 * (index % size), action.where % 16, 2);
            memory.write(available + 2, action.size_bits == 0xff ? action.value : index + 1u, 2);
            ports.write(port + 0x10, queue, 2);
            break;
        }
        default: memory.write(modern + (action.where & 0x3fff), action.value, 1u << action.size_bits % 3);
    }
}

void perform(Subject& subject, const Action& action) {
    Machine& machine = subject.machine();
    AddressSpace &ports = machine.ports(), &memory = machine.memory();
    const unsigned port_size = 1u << action.size_bits % 3, memory_size = 1u << action.size_bits % 4;
    switch (action.what % 16) {
        case 0: return drive_virtio(machine, action);
        case 1:
        case 2: (void)ports.read(place(kPorts, action), port_size); break;
        case 3:
        case 4:
        case 5:
        case 6: ports.write(place(kPorts, action), action.value, port_size); break;
        case 7: (void)memory.read(place(kMemory, action), memory_size); break;
        case 8: return drive_virtio(machine, action);
        case 9: memory.write(place(kMemory, action), std::uint64_t{action.value} << 32 | action.where, memory_size); break;
        case 10:
        case 11:
        case 12: {  // configuration space: mostly the registers that matter
            const unsigned function =
                action.spare & 1 ? action.where >> 8 & 0xff : kFunctions[action.table % std::size(kFunctions)];
            const unsigned reg = action.spare & 2 ? action.where & 0xff : kRegisters[action.where % std::size(kRegisters)];
            ports.write(0xcf8, 0x80000000u | function << 8 | reg, 4);
            if (action.spare & 4) (void)ports.read(0xcfc, port_size);
            else ports.write(0xcfc, action.value, port_size);
            break;
        }
        case 13: {
            std::array<std::uint8_t, 256> bytes{};
            memory.read_bytes(place(kMemory, action), bytes.data(), action.value % bytes.size());
            break;
        }
        case 14: {
            constexpr std::int64_t kSteps[] = {1, 1'000, 1'000'000, 50'000'000};
            Clocks& clocks = machine.clocks();
            clocks.advance_to(clocks.now(ClockType::virtual_time) + kSteps[action.table % std::size(kSteps)],
                              [left = 10'000]() mutable { return --left > 0; });
            break;
        }
        default:
            if (action.table < 4) machine.life().request_reset(ShutdownCause::host_qmp_system_reset);
            subject.turn();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kAction = 12, kMost = 4096;
    Subject subject;
    for (std::size_t i = 0; i < kMost && (i + 1) * kAction <= size; ++i) {
        const std::uint8_t* at = data + i * kAction;
        Action action{at[0], at[1], at[2], at[3], 0, 0};
        std::memcpy(&action.where, at + 4, 4);
        std::memcpy(&action.value, at + 8, 4);
        perform(subject, action);
        if (subject.machine().life().ended()) break;
        // A machine that the guest has stopped goes on.
        if (!subject.machine().life().running() && i % 16 == 0) {
            subject.turn();
            subject.machine().life().start();
        }
    }
    return 0;
}

#ifdef RHEA_FUZZ_MAIN
int main(int argc, char** argv) {
    constexpr std::uint32_t kInteresting[] = {0,      1,          2,          0x7f, 0x80, 0xff, 0x8000,
                                              0xffff, 0x80000000, 0xffffffff, 0xa0, 0xc8, 0xec, 0x40};
    const std::uint64_t wanted = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 100'000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 1;
    constexpr std::size_t kActions = 2000, kAction = 12;
    std::vector<std::uint8_t> input(kActions * kAction);
    for (std::uint64_t done = 0; done < wanted; done += kActions) {
        std::mt19937_64 random(seed + done);
        for (std::size_t i = 0; i < kActions; ++i) {
            const std::uint64_t bits[2] = {random(), random()};
            std::uint8_t* at = input.data() + i * kAction;
            std::memcpy(at, bits, kAction);
            if (bits[1] & std::uint64_t{1} << 63)
                std::memcpy(at + 8, &kInteresting[(bits[1] >> 32 & 0xff) % std::size(kInteresting)], 4);
        }
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%llu operations, seed %llu\n", static_cast<unsigned long long>(wanted),
                static_cast<unsigned long long>(seed));
}
#endif
