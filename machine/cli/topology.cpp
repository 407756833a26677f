#include <fmt/format.h>

#include "machine/cli/machine_choice.h"

namespace rhea::cli {

namespace {

std::string product_text(const Smp& smp, bool has_dies) {
    std::string text = fmt::format("sockets ({})", smp.sockets);
    if (has_dies) text += fmt::format(" * dies ({})", smp.dies);
    return text + fmt::format(" * cores ({}) * threads ({})", smp.cores, smp.threads);
}

/// `count / parts`, nothing when the parts are none or too many to count.
unsigned share(unsigned count, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t parts = 0;
    if (__builtin_mul_overflow(a, b, &parts) || __builtin_mul_overflow(parts, c, &parts) || parts == 0) return 0;
    return static_cast<unsigned>(count / parts);
}

}  // namespace

Result<Smp> topology(const SmpConfiguration& asked, const TopologyLimits& limits, bool& deprecated) {
    for (const auto& count :
         {asked.cpus, asked.sockets, asked.dies, asked.clusters, asked.cores, asked.threads, asked.maxcpus})
        if (count == 0) deprecated = true;
    // Counts have 32 bits in QEMU, and messages show them with a sign.
    const auto given = [](const std::optional<std::int64_t>& count) { return static_cast<unsigned>(count.value_or(0)); };
    if (asked.clusters.value_or(0) > 1) return fail("clusters not supported by this machine's CPU topology");
    if (!limits.has_dies && asked.dies.value_or(0) > 1) return fail("dies not supported by this machine's CPU topology");

    Smp smp{given(asked.cpus),  given(asked.sockets), given(asked.dies),
            given(asked.cores), given(asked.threads), given(asked.maxcpus)};
    if (smp.dies == 0) smp.dies = 1;
    const auto at_least_one = [](unsigned& count) {
        if (count == 0) count = 1;
    };
    if (smp.cpus == 0 && smp.max_cpus == 0) {
        at_least_one(smp.sockets);
        at_least_one(smp.cores);
        at_least_one(smp.threads);
    } else {
        if (smp.max_cpus == 0) smp.max_cpus = smp.cpus;
        // Cores are what is left over, then sockets, then threads; or sockets before cores.
        if (smp.cores == 0 && !(limits.prefers_sockets && smp.sockets == 0)) {
            at_least_one(smp.sockets);
            at_least_one(smp.threads);
            smp.cores = share(smp.max_cpus, smp.sockets, smp.dies, smp.threads);
        } else if (smp.sockets == 0) {
            at_least_one(smp.cores);
            at_least_one(smp.threads);
            smp.sockets = share(smp.max_cpus, smp.dies, smp.cores, smp.threads);
        }
        if (smp.threads == 0) smp.threads = share(smp.max_cpus, smp.sockets, smp.dies, smp.cores);
    }

    std::uint64_t product = smp.sockets;
    for (unsigned factor : {smp.dies, smp.cores, smp.threads})
        if (__builtin_mul_overflow(product, factor, &product)) product = UINT64_MAX;
    if (smp.max_cpus == 0 && product <= UINT32_MAX) smp.max_cpus = static_cast<unsigned>(product);
    if (smp.cpus == 0) smp.cpus = smp.max_cpus;

    if (product != smp.max_cpus)
        return fail(fmt::format("Invalid CPU topology: product of the hierarchy must match maxcpus: {} != maxcpus ({})",
                                product_text(smp, limits.has_dies), smp.max_cpus));
    if (smp.max_cpus < smp.cpus)
        return fail(
            fmt::format("Invalid CPU topology: maxcpus must be equal to or greater than smp: {} == maxcpus ({}) < "
                        "smp_cpus ({})",
                        product_text(smp, limits.has_dies), smp.max_cpus, smp.cpus));
    if (smp.cpus < 1)
        return fail(
            fmt::format("Invalid SMP CPUs {}. The min CPUs supported by machine '{}' is 1", smp.cpus, limits.machine));
    if (smp.max_cpus > limits.max_cpus)
        return fail(fmt::format("Invalid SMP CPUs {}. The max CPUs supported by machine '{}' is {}",
                                static_cast<int>(smp.max_cpus), limits.machine, limits.max_cpus));
    return smp;
}

}  // namespace rhea::cli
