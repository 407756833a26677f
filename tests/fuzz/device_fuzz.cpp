/// Whatever a guest does at its ports, in its memory and to its clock, the machine answers and stays a machine. No socket and no
/// process stands between: one input is one life of a machine.
///
/// The input is a list of actions of 12 bytes: what (1), where (1 + 4), value (4), size (1), spare (1). With a MAIN of its own
/// the target makes its inputs itself: device_fuzz_run OPERATIONS [SEED].
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
constexpr Range kPorts[] = {{0x00, 0x10}, {0x20, 2}, {0x40, 4}, {0x60, 5}, {0x70, 2}, {0x80, 16}, {0x92, 1}, {0xa0, 2}, {0xb2, 2},
                            {0xc0, 32}, {0x170, 8}, {0x1ce, 4}, {0x1f0, 8}, {0x2f8, 8}, {0x376, 2}, {0x378, 8}, {0x3b0, 48}, {0x3f0, 8},
                            {0x3f8, 8}, {0x441, 4}, {0x4d0, 2}, {0x505, 1}, {0x510, 12}, {0x600, 64}, {0xae00, 24}, {0xaf00, 32},
                            {0xafe0, 4}, {0xb100, 64}, {0xc000, 256}, {0xcf8, 8}};
constexpr Range kMemory[] = {{0x0, 0x4000}, {0xa0000, 0x60000}, {0xff0000, 0x20000}, {0xe0000000, 0x40000}, {0xe1000000, 0x2000},
                             {0xfec00000, 0x20}, {0xfed00000, 0x400}, {0xfee00000, 0x400}, {0xfffc0000, 0x40000}};
constexpr std::uint8_t kFunctions[] = {0x00, 0x08, 0x09, 0x0b, 0x10, 0x18, 0x20, 0x28};
constexpr std::uint8_t kRegisters[] = {0x04, 0x10, 0x14, 0x18, 0x20, 0x3c, 0x40, 0x80};

const std::vector<std::string> kArguments = {
    "-accel", "qtest", "-S", "-nodefaults", "-no-user-config", "-display", "none", "-no-shutdown", "-action", "panic=none", "-m", "16", "-serial", "null", "-parallel", "null",
    "-vga", "std", "-rtc", "base=2020-01-01,clock=vm", "-blockdev", "null-co,node-name=n0,size=1048576,read-zeroes=on",
    "-blockdev", "null-co,node-name=n1,size=1048576,read-zeroes=on", "-blockdev", "null-co,node-name=n2,size=1474560,read-zeroes=on",
    "-device", "ide-hd,drive=n0", "-device", "ide-cd", "-device", "virtio-blk-pci,drive=n1,addr=3", "-device", "floppy,drive=n2",
    "-device", "ib700", "-device", "i6300esb,addr=4", "-device", "pvpanic", "-device", "isa-debugcon,chardev=c0", "-chardev", "null,id=c0"};

/// A machine, and what it stands on.
class Subject {
public:
    Subject() : reporter_("rhea", [this](std::string_view text) { errors_ += text; }) {
        uv_loop_init(&loop_);
        auto config = cli::parse_command_line(kArguments, reporter_);
        fuzz::promise(config.has_value(), "the command line is understood", errors_);
        config_ = std::move(*config);
        fuzz::promise(cli::choose_machine(config_, reporter_).has_value() && cli::apply_properties(config_, reporter_).has_value(),
                      "the machine is known", errors_);
        chardevs_ = std::make_unique<Chardevs>(ChardevHost{&loop_});
        for (const cli::Group& group : config_.chardevs)
            fuzz::promise(add_chardev(*chardevs_, group, reporter_), "character devices are there", errors_);
        clocks_ = std::make_unique<Clocks>(&loop_, true);
        event_clock_ = std::make_unique<MachineEventClock>(*clocks_);
        engine_ = std::make_unique<Engine>(*event_clock_, EngineOptions{{7, 2, 22, "fuzz"}});
        machine_ = std::make_unique<Machine>(&loop_, *engine_, *chardevs_, *clocks_, config_, "qtest");
        add_all_commands(*engine_, *machine_, fd_sets_);
        fuzz::promise(machine_->add_objects(reporter_) && machine_->open_drives(reporter_) && machine_->open_ports(reporter_) &&
                          machine_->build(reporter_),
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

void perform(Subject& subject, const Action& action) {
    Machine& machine = subject.machine();
    AddressSpace &ports = machine.ports(), &memory = machine.memory();
    const unsigned port_size = 1u << action.size_bits % 3, memory_size = 1u << action.size_bits % 4;
    switch (action.what % 16) {
        case 0:
        case 1:
        case 2: (void)ports.read(place(kPorts, action), port_size); break;
        case 3:
        case 4:
        case 5:
        case 6: ports.write(place(kPorts, action), action.value, port_size); break;
        case 7: (void)memory.read(place(kMemory, action), memory_size); break;
        case 8:
        case 9: memory.write(place(kMemory, action), std::uint64_t{action.value} << 32 | action.where, memory_size); break;
        case 10:
        case 11:
        case 12: {  // configuration space: mostly the registers that matter
            const unsigned function = action.spare & 1 ? action.where >> 8 & 0xff : kFunctions[action.table % std::size(kFunctions)];
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
            clocks.advance_to(clocks.now(ClockType::virtual_time) + kSteps[action.table % std::size(kSteps)], 10'000);
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
    constexpr std::uint32_t kInteresting[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0x8000, 0xffff, 0x80000000, 0xffffffff, 0xa0, 0xc8, 0xec, 0x40};
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
            if (bits[1] & std::uint64_t{1} << 63) std::memcpy(at + 8, &kInteresting[(bits[1] >> 32 & 0xff) % std::size(kInteresting)], 4);
        }
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%llu operations, seed %llu\n", static_cast<unsigned long long>(wanted), static_cast<unsigned long long>(seed));
}
#endif
