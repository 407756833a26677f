#pragma once
/// One round: a subject is started, measured from first to last, and ended.
#include <map>
#include <string>
#include <vector>

#include "figures.h"
#include "subject.h"

namespace bench {

/// Every figure's samples: one a round, and more of the starts.
using Samples = std::map<Figure, std::vector<double>>;

struct Effort {
    int round_trips = 20'000;
    int pipelined = 100'000;
    int schemas = 10;
    int event_pairs = 5'000;

    static Effort quick() { return {4'000, 20'000, 3, 1'000}; }
};

/// Starts the subject once, until it takes commands, and ends it.
bool measure_start(const Subject& subject, const std::string& directory, bool verbose, Samples& samples);

/// Adds one sample to each figure that could be measured. What went wrong is said on standard error; false: nothing
/// could be measured.
bool measure_round(const Subject& subject, const Effort& effort, const std::string& directory, bool verbose,
                   Samples& samples);

}  // namespace bench
