#pragma once
/// -smp, resolved.
namespace rhea::cli {

/// All counts are at least 1 and multiply up to `max_cpus`.
struct Smp {
    unsigned cpus = 1, sockets = 1, dies = 1, cores = 1, threads = 1, max_cpus = 1;
};

}  // namespace rhea::cli
