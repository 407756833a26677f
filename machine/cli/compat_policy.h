#pragma once
/// -compat: what happens to deprecated and unstable parts of commands and replies.
#include <optional>

#include "qobject/describe.h"

namespace rhea::cli {

enum class CompatInput { accept, reject, crash };
enum class CompatOutput { accept, hide };
struct CompatPolicy {
    std::optional<CompatInput> deprecated_input, unstable_input;
    std::optional<CompatOutput> deprecated_output, unstable_output;

    bool accepts_all() const {
        return deprecated_input.value_or(CompatInput::accept) == CompatInput::accept &&
               unstable_input.value_or(CompatInput::accept) == CompatInput::accept &&
               deprecated_output.value_or(CompatOutput::accept) == CompatOutput::accept &&
               unstable_output.value_or(CompatOutput::accept) == CompatOutput::accept;
    }
};

}  // namespace rhea::cli

namespace rhea {

template <>
inline constexpr auto description<cli::CompatInput> = enumeration<cli::CompatInput>("CompatPolicyInput", "accept", "reject",
                                                                                    "crash");
template <>
inline constexpr auto description<cli::CompatOutput> = enumeration<cli::CompatOutput>("CompatPolicyOutput", "accept",
                                                                                      "hide");
template <>
inline constexpr auto description<cli::CompatPolicy> =
    object("CompatPolicy", member<&cli::CompatPolicy::deprecated_input>("deprecated-input"),
           member<&cli::CompatPolicy::deprecated_output>("deprecated-output"),
           member<&cli::CompatPolicy::unstable_input>("unstable-input"),
           member<&cli::CompatPolicy::unstable_output>("unstable-output"));

}  // namespace rhea
