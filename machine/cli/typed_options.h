#pragma once
/// Flat options ("node,nodeid=0,cpus=0-3") as described values: what -numa, -netdev and -acpitable take. A key may be given
/// several times when it is a list; a list of integers takes ranges. Nested structs have no form here, except a list of
/// structs with one member.
#include <span>
#include <string_view>

#include "qobject/describe.h"
#include "qobject/keyval.h"

namespace rhea::cli {

/// `sizes`: names of those integers that take a suffix ("1G").
Result<void> read_options(const TypeInfo& type, void* value, const Options& options,
                          std::span<const std::string_view> sizes = {});

template <class T>
Result<T> read_options(const Options& options, std::span<const std::string_view> sizes = {}) {
    Result<T> value{T{}};
    if (auto done = read_options(type_of<T>(), &*value, options, sizes); !done) return fail(std::move(done).error());
    return value;
}

}  // namespace rhea::cli
