#pragma once
/// The token-level parser: takes what QEMU takes beyond JSON (single quotes, \', C0 80, infinite numbers) and names every
/// error as QEMU does.
#include <string_view>

#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea::json {

/// `message` is what a Lexer finds no fault with: one value, or tokens that make none. It recurses once for each level,
/// which the caller has bounded.
Result<QObject> parse_exactly(std::string_view message);

}  // namespace rhea::json
