#pragma once
/// virtio-balloon (VIRTIO 1.1, section 5.5): memory that the guest gives back, and statistics that it tells.
#include <array>
#include <cstdint>
#include <optional>

#include "machine/clock.h"
#include "machine/platform.h"
#include "machine/virtio/virtio_device.h"

namespace rhea {

class VirtioBalloon final : public VirtioDevice {
public:
    static constexpr std::size_t kStatistics = 10;

    VirtioBalloon(qom::Values values, Platform& platform);

    /// Bytes that the guest is to keep, at most all; it decides when.
    void set_target(std::uint64_t bytes);
    /// Bytes that it has left itself.
    std::uint64_t actual_bytes() const { return ram_bytes() - std::uint64_t{actual_} * kPage; }
    /// How often the guest is asked for its statistics; 0: never.
    std::int64_t polling_interval() const { return interval_; }
    void set_polling_interval(std::int64_t seconds);
    /// As the guest told them last, by tag; all ones: nothing was told.
    const std::array<std::uint64_t, kStatistics>& statistics() const { return statistics_; }
    std::int64_t last_update() const { return last_update_; }      ///< seconds since 1970; 0: never

    std::uint8_t config_byte(std::size_t offset) const override;
    void write_config(std::size_t offset, std::span<const std::uint8_t> bytes) override;

protected:
    std::uint64_t own_features(std::uint64_t common) const override;
    void handle_queue(unsigned queue) override;
    void handle_reset() override;
    void handle_queue_reset(unsigned queue) override;

private:
    static constexpr unsigned kInflate = 0, kDeflate = 1, kStatisticsQueue = 2;
    static constexpr std::uint64_t kPage = 4096;

    static std::vector<std::uint16_t> queue_sizes(const qom::Values& values);
    std::uint64_t ram_bytes() const { return platform_.sizes ? platform_.sizes->ram_bytes() : 0; }
    void take_pages(unsigned queue);
    void take_reports(unsigned queue);
    void take_statistics();
    void ask_again();
    /// The host may use these pages for something else; the guest finds zeroes there.
    void discard(std::uint64_t address, std::uint64_t bytes);

    Platform& platform_;
    Timer poll_;
    std::uint32_t pages_ = 0, actual_ = 0, poison_ = 0;      // asked for, given back; the pattern of free pages
    std::int64_t interval_ = 0, last_update_ = 0;
    std::array<std::uint64_t, kStatistics> statistics_;
    std::optional<VirtioElement> asked_;                      // the guest's buffer; giving it back asks for new numbers
};

/// The machine's balloon; null: it has none.
VirtioBalloon* find_balloon(qom::Tree& tree);

}  // namespace rhea
