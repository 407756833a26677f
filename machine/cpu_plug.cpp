#include "machine/cpu_plug.h"

#include <bit>

#include <fmt/format.h>

#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/platform.h"

namespace rhea {

namespace {

/// How an APIC ID is made of the place of a CPU: as many bits for each level as its count needs.
class ApicIds {
public:
    explicit ApicIds(const cli::Smp& smp)
        : core_shift_(width(smp.threads)), die_shift_(core_shift_ + width(smp.cores)), socket_shift_(die_shift_ + width(smp.dies)) {}

    std::uint32_t of(std::uint32_t socket, std::uint32_t die, std::uint32_t core, std::uint32_t thread) const {
        return socket << socket_shift_ | die << die_shift_ | core << core_shift_ | thread;
    }
    std::uint32_t socket(std::uint32_t id) const { return id >> socket_shift_; }
    std::uint32_t die(std::uint32_t id) const { return part(id, die_shift_, socket_shift_); }
    std::uint32_t core(std::uint32_t id) const { return part(id, core_shift_, die_shift_); }
    std::uint32_t thread(std::uint32_t id) const { return part(id, 0, core_shift_); }

private:
    static unsigned width(unsigned count) { return static_cast<unsigned>(std::bit_width(count - 1)); }
    static std::uint32_t part(std::uint32_t id, unsigned from, unsigned to) { return (id >> from) & ((1u << (to - from)) - 1); }

    unsigned core_shift_, die_shift_, socket_shift_;
};

/// One of "socket-id", "die-id", "core-id", "thread-id"; below `count`.
Result<std::uint32_t> part_of_place(const qom::Values& values, std::string_view name, unsigned count, bool has_default) {
    const QObject* given = values.given(name);
    std::int64_t number = -1;
    if (given && given->number()) (void)given->number()->get_int(number);
    if (number < 0 && has_default) number = 0;
    if (number < 0) return fail(fmt::format("CPU {} is not set", name));
    if (number >= count) return fail(fmt::format("Invalid CPU {}: {} must be in range 0:{}", name, number, count - 1));
    return static_cast<std::uint32_t>(number);
}

}  // namespace

Result<std::unique_ptr<qom::Object>> create_cpu(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    const auto* object = dynamic_cast<const MachineObject*>(&creation.platform.tree.machine());
    if (!object || object->machine().cpus().empty()) return fail("There is no place for a CPU on this machine");
    const Machine& machine = object->machine();
    const cli::Smp& smp = machine.config().smp;
    const std::string expected = (machine.config().cpu ? machine.config().cpu->model : "qemu64") + "-x86_64-cpu";
    if (values.type().name != expected) return fail(fmt::format("Invalid CPU type, expected cpu type: '{}'", expected));

    const ApicIds ids(smp);
    std::uint32_t apic_id = 0;
    if (values.given("apic-id")) {
        apic_id = static_cast<std::uint32_t>(values.integer("apic-id"));
    } else {
        const unsigned sockets = (smp.max_cpus - 1) / smp.threads / smp.cores / smp.dies + 1;
        const auto socket = RHEA_TRY(part_of_place(values, "socket-id", sockets, false));
        const auto die = RHEA_TRY(part_of_place(values, "die-id", smp.dies, smp.dies == 1));
        const auto core = RHEA_TRY(part_of_place(values, "core-id", smp.cores, false));
        const auto thread = RHEA_TRY(part_of_place(values, "thread-id", smp.threads, false));
        apic_id = ids.of(socket, die, core, thread);
    }
    unsigned place = 0;
    const auto id_of_place = [&] {
        return ids.of(place / smp.threads / smp.cores / smp.dies, place / smp.threads / smp.cores % smp.dies,
                      place / smp.threads % smp.cores, place % smp.threads);
    };
    while (place < smp.max_cpus && id_of_place() != apic_id) ++place;
    if (place == smp.max_cpus)
        return fail(fmt::format("Invalid CPU [socket: {}, die: {}, core: {}, thread: {}] with APIC ID {}, valid index range 0:{}",
                                ids.socket(apic_id), ids.die(apic_id), ids.core(apic_id), ids.thread(apic_id), apic_id, smp.max_cpus - 1));
    if (place < machine.cpus().size()) return fail(fmt::format("CPU[{}] with APIC ID {} exists", place, apic_id));
    return fail("plugging in CPUs is not supported by this build");
}

}  // namespace rhea
