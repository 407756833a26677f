#pragma once
/// The nested form of key=value text, as -blockdev, -machine, -object and others take it: "driver=raw,file.driver=null-co"
/// is
/// {"driver": "raw", "file": {"driver": "null-co"}}, "a.0=x,a.1=y" is {"a": ["x", "y"]}; a doubled comma in a value is a
/// comma. Error texts are QEMU's.
#include <string_view>

#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea::cli {

/// `implied_key`: whose value the first item is when it has no "=" (empty: none). `help`: set when an item is "help" or "?";
/// null: such an item is an error as any other without "=".
Result<QDict> parse_tree(std::string_view text, std::string_view implied_key = {}, bool* help = nullptr);

/// Puts what `parse_tree` made of one option over what it made of earlier ones: later values win, dicts are merged.
Result<void> merge_tree(QDict& into, QDict&& from);

/// What -blockdev, -object, -device and -netdev take: JSON when it begins with "{".
bool looks_like_json(std::string_view text);
/// The JSON object in `text`.
Result<QDict> parse_json_object(std::string_view text);

}  // namespace rhea::cli
