#pragma once
/// SMART of a disk that never wears out (ATA/ATAPI-6, 8.55): its attributes stand still, its self-tests succeed at once.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace rhea {

class IdeSmart {
public:
    struct Registers {
        std::uint8_t feature, lba_low, lba_middle, lba_high;
    };
    /// What a SMART command came to. `data`: a sector for the guest to read.
    struct Answer {
        bool ok = false;
        std::vector<std::uint8_t> data;
    };
    Answer command(const Registers& registers);

private:
    struct SelfTest {
        std::uint8_t kind, status;
    };
    static constexpr unsigned kSelfTests = 21;     // that the log holds

    Answer run_self_test(std::uint8_t kind);
    std::optional<std::vector<std::uint8_t>> log(std::uint8_t address) const;

    bool enabled_ = true;
    std::array<SelfTest, kSelfTests> self_tests_{};
    unsigned self_tests_done_ = 0;                 // since power-up, all of them
};

}  // namespace rhea
