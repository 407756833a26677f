#pragma once
/// Constant tables put together from parts that several share.
#include <algorithm>
#include <array>
#include <cstddef>

namespace rhea {

/// The rows of all of them, in order.
template <class Row, std::size_t... N>
constexpr auto joined(const Row (&... tables)[N]) {
    std::array<Row, (N + ...)> all{};
    auto at = all.begin();
    ((at = std::copy(tables, tables + N, at)), ...);
    return all;
}

}  // namespace rhea
