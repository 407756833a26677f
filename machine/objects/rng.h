#pragma once
/// A source of random bytes.
#include <cstdint>
#include <memory>
#include <span>

#include "machine/qom/object.h"

namespace rhea {

/// Where the bytes come from: the kernel, a file, or a daemon.
class RngSource {
public:
    virtual ~RngSource() = default;
    /// How many bytes came, without waiting; fewer than asked for when there are no more now: asking again gives them once they
    /// are there.
    virtual std::size_t fill(std::span<std::uint8_t> out) = 0;
};

class RngBackend final : public qom::Object {
public:
    RngBackend(qom::Values values, std::shared_ptr<RngSource> source) : Object(std::move(values)), source_(std::move(source)) {}

    /// A device that has it goes on when the object is gone.
    const std::shared_ptr<RngSource>& source() const { return source_; }

private:
    std::shared_ptr<RngSource> source_;
};

extern const qom::Type kRngBackend, kRngBuiltin, kRngRandom, kRngEgd;

}  // namespace rhea
