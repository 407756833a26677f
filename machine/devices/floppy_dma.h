#pragma once
/// Channel 2 of the board's first DMA controller, where the floppy controller is wired to.
#include "machine/devices/floppy.h"
#include "machine/devices/i8257.h"

namespace rhea {

class BoardFloppyDma final : public FloppyDma {
public:
    explicit BoardFloppyDma(I8257& dma) : dma_(dma) {}
    void connect(FloppyController& controller) {
        dma_.connect(FloppyController::kDmaChannel, [&controller] { controller.dma_ready(); });
    }
    std::size_t to_memory(std::span<const std::uint8_t> data) override { return dma_.to_memory(FloppyController::kDmaChannel, data); }
    std::size_t from_memory(std::span<std::uint8_t> data) override { return dma_.from_memory(FloppyController::kDmaChannel, data); }
    bool terminal_count() const override { return dma_.terminal_count(FloppyController::kDmaChannel); }
    void request(bool wanted) override { dma_.request(FloppyController::kDmaChannel, wanted); }

private:
    I8257& dma_;
};

}  // namespace rhea
