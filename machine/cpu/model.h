#pragma once
/// A CPU model with all its properties.
#include "machine/cpu/model_table.h"
#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

const CpuModelRow* find_cpu_model(std::string_view name);

/// Copies what it needs; an expensive value (hundreds of properties), made for one answer.
class CpuModel {
public:
    explicit CpuModel(const CpuModelRow& row);

    /// As -cpu NAME,property=value does: the feature's other names and the CPUID leaf that it needs follow.
    Result<void> set(std::string_view property, const QObject& value);
    /// All properties.
    const QDict& properties() const { return properties_; }
    /// Those that make the model out of "base".
    QDict static_properties() const;

private:
    void apply(std::string_view changes);
    void raise(std::string_view limit, std::uint32_t leaf);

    std::string type_;
    QDict properties_;
};

}  // namespace rhea
