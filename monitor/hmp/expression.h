#pragma once
/// The arithmetic of the human monitor: 64-bit integers, + - * / % & | ^ ~ ( ), numbers of C, 'c', and $register.
/// * / % bind closest, then & | ^, then + and -; each level from left to right.
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "qobject/error.h"

namespace rhea {

/// The value of a register by its name without the '$'.
using RegisterLookup = std::function<std::optional<std::int64_t>(std::string_view name)>;

/// Evaluates what stands at the beginning of `text` and takes it, and the blanks behind it, away. The error's text is what the
/// monitor prints.
Result<std::int64_t> evaluate(std::string_view& text, const RegisterLookup& registers);

}  // namespace rhea
