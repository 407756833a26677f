#pragma once
/// "throttle-group": I/O limits that drives share, as an object. The block layer has the group under the object's id.
#include <memory>

#include "machine/block/throttle.h"
#include "machine/qom/object.h"

namespace rhea {

class ThrottleGroupObject final : public qom::Object {
public:
    static const qom::Type kType;

    ThrottleGroupObject(qom::Values values, std::shared_ptr<ThrottleGroup> group) : Object(std::move(values)), group_(std::move(group)) {}

    const ThrottleConfig& config() const { return group_->config(); }
    /// `limits`: a ThrottleLimits; what it leaves out stays.
    Result<void> change(const QDict& limits);
    /// A drive has these limits.
    bool in_use() const override { return group_.use_count() > 1 || Object::in_use(); }

private:
    std::shared_ptr<ThrottleGroup> group_;
};

}  // namespace rhea
