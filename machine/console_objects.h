#pragma once
/// /backend: the consoles as objects, one for each head of a display adapter, and then one for each text console ("vc"). Made up when
/// somebody looks.
#include "chardev/registry.h"
#include "machine/qom/tree.h"

namespace rhea {

class ConsoleDirectory final : public qom::Object {
public:
    /// Both outlive it.
    ConsoleDirectory(const qom::Tree& devices, const Chardevs& chardevs);

    /// A machine without consoles has none.
    bool listed() const override { return !consoles().empty(); }
    void list_extras(const std::function<void(Extra)>& visit) const override;

    struct Console {
        const Device* adapter;      ///< null: a text console
        std::uint32_t head;
    };
    std::vector<Console> consoles() const;

private:
    const qom::Tree& devices_;
    const Chardevs& chardevs_;
};

extern const qom::Type kConsole;      // "qemu-console"

}  // namespace rhea
