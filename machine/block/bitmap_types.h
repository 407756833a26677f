#pragma once
/// Dirty bitmaps, as commands and transactions name them.
#include "qobject/describe.h"

namespace rhea {

struct BlockDirtyBitmap {
    std::string node, name;
};
template <>
inline constexpr auto description<BlockDirtyBitmap> = object("BlockDirtyBitmap", member<&BlockDirtyBitmap::node>("node"),
                                                             member<&BlockDirtyBitmap::name>("name"));

struct BlockDirtyBitmapAdd {
    std::string node, name;
    std::optional<std::uint32_t> granularity;
    std::optional<bool> persistent, disabled;
};
template <>
inline constexpr auto description<BlockDirtyBitmapAdd> = object("BlockDirtyBitmapAdd",
                                                                member<&BlockDirtyBitmapAdd::node>("node"),
                                                                member<&BlockDirtyBitmapAdd::name>("name"),
                                                                member<&BlockDirtyBitmapAdd::granularity>("granularity"),
                                                                member<&BlockDirtyBitmapAdd::persistent>("persistent"),
                                                                member<&BlockDirtyBitmapAdd::disabled>("disabled"));

using BlockDirtyBitmapOrStr = std::variant<std::string, BlockDirtyBitmap>;
template <>
inline constexpr auto description<BlockDirtyBitmapOrStr> = alternate<BlockDirtyBitmapOrStr>("BlockDirtyBitmapOrStr");

struct BlockDirtyBitmapMerge {
    std::string node, target;
    std::vector<BlockDirtyBitmapOrStr> bitmaps;
};
template <>
inline constexpr auto description<BlockDirtyBitmapMerge> = object("BlockDirtyBitmapMerge",
                                                                  member<&BlockDirtyBitmapMerge::node>("node"),
                                                                  member<&BlockDirtyBitmapMerge::target>("target"),
                                                                  member<&BlockDirtyBitmapMerge::bitmaps>("bitmaps"));

struct BlockDirtyBitmapSha256 {
    std::string sha256;
};
template <>
inline constexpr auto description<BlockDirtyBitmapSha256> = object("BlockDirtyBitmapSha256",
                                                                   member<&BlockDirtyBitmapSha256::sha256>("sha256"));

struct BlockDirtyInfo {
    std::optional<std::string> name;
    std::int64_t count = 0, granularity = 0;
    bool recording = false, busy = false, persistent = false;
    std::optional<bool> inconsistent;
};
template <>
inline constexpr auto description<BlockDirtyInfo> = object("BlockDirtyInfo", member<&BlockDirtyInfo::name>("name"),
                                                           member<&BlockDirtyInfo::count>("count"),
                                                           member<&BlockDirtyInfo::granularity>("granularity"),
                                                           member<&BlockDirtyInfo::recording>("recording"),
                                                           member<&BlockDirtyInfo::busy>("busy"),
                                                           member<&BlockDirtyInfo::persistent>("persistent"),
                                                           member<&BlockDirtyInfo::inconsistent>("inconsistent"));

}  // namespace rhea
