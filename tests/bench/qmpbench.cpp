/// qmpbench measures QMP servers as their clients see them. The subjects take turns in every round, so that their ratios
/// hold on a machine that others use too; the median of the rounds is told. Missing a target is a result, not a failure.
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "measurements.h"
#include "report.h"

namespace {

constexpr const char* kUsage =
    "usage: qmpbench [--quick] [--rounds N] [--json FILE] [--verbose] NAME=COMMAND...\n"
    "  COMMAND starts a QMP server that listens on the unix socket @SOCK@ (and, for event deliveries, @SOCK1@, "
    "@SOCK2@...).\n"
    "  NAME=floor:COMMAND is a server that answers anything, the lower bound; the subject named \"qemu\" is the reference.\n"
    "  --quick     fewer commands, and 3 rounds instead of 5\n"
    "  --json FILE keeps all samples\n"
    "  --verbose   lets the standard error of the subjects through\n";

constexpr int kStarts = 20;

struct Options {
    bool quick = false;
    bool verbose = false;
    int rounds = 0;  // 0: as --quick says
    std::string json;
    std::vector<bench::Subject> subjects;
};

std::optional<Options> parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool last = i + 1 == argc;
        if (word == "--quick") options.quick = true;
        else if (word == "--verbose") options.verbose = true;
        else if (word == "--rounds" && !last) options.rounds = std::atoi(argv[++i]);
        else if (word == "--json" && !last) options.json = argv[++i];
        else if (auto subject = bench::Subject::parse(word); subject && word[0] != '-') options.subjects.push_back(*subject);
        else return {};
    }
    if (options.rounds <= 0) options.rounds = options.quick ? 3 : 5;
    if (options.subjects.empty()) return {};
    return options;
}

std::vector<bench::Measured> measure(const Options& options, const std::string& directory) {
    const auto effort = options.quick ? bench::Effort::quick() : bench::Effort{};
    std::vector<bench::Measured> measured;
    for (const auto& subject : options.subjects) measured.push_back({subject.name(), subject.is_floor(), {}});
    // A start is over at once, and so its time varies much: there are more of them.
    for (int start = 0; start < kStarts; ++start)
        for (std::size_t i = 0; i < measured.size(); ++i)
            bench::measure_start(options.subjects[i], directory, options.verbose, measured[i].samples);
    for (int round = 0; round < options.rounds; ++round) {
        for (std::size_t i = 0; i < measured.size(); ++i) {
            fmt::print(stderr, "round {} of {}: {}\n", round + 1, options.rounds, measured[i].name);
            bench::measure_round(options.subjects[i], effort, directory, options.verbose, measured[i].samples);
        }
    }
    return measured;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    char directory[] = "/tmp/qmpbench.XXXXXX";
    if (!mkdtemp(directory)) {
        std::perror(directory);
        return 1;
    }
    const auto measured = measure(*options, directory);
    rmdir(directory);

    const auto table = bench::make_table(measured);
    bench::print_plain(stdout, table);
    std::puts("");
    bench::print_markdown(stdout, table);
    if (!options->json.empty() && !bench::write_json(options->json, measured, options->rounds)) {
        std::perror(options->json.c_str());
        return 1;
    }
    return std::any_of(measured.begin(), measured.end(), [](const auto& m) { return m.samples.empty(); }) ? 1 : 0;
}
