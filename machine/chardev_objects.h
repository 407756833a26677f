#pragma once
/// /chardevs: the character devices as objects, made up when somebody looks.
#include "chardev/registry.h"
#include "machine/qom/object.h"

namespace rhea {

class ChardevDirectory final : public qom::Object {
public:
    /// `chardevs` outlives it.
    explicit ChardevDirectory(const Chardevs& chardevs);

    void list_extras(const std::function<void(Extra)>& visit) const override;
    const Chardevs& chardevs() const { return chardevs_; }

private:
    const Chardevs& chardevs_;
};

/// "chardev", and one for each kind of chardev-add.
std::span<const qom::Type* const> chardev_types();

}  // namespace rhea
