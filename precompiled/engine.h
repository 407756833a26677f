// What nearly every file of the engine includes, compiled once for each room. Files still include what they use: -Db_pch=false builds too.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <uv.h>

#include "monitor/command_table.h"
#include "qobject/describe.h"
#include "qobject/error.h"
