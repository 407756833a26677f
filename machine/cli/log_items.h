#pragma once
/// What can be logged (-d, the human monitor's `log`).
#include <string>
#include <string_view>

namespace rhea::cli {

bool is_log_item(std::string_view name);
/// For people.
std::string log_item_list(std::string_view command);

}  // namespace rhea::cli
