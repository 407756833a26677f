#pragma once
/// The properties of x86 CPUs as data.
#include <string_view>

namespace rhea {

/// A property of every x86 CPU: "NAME:LETTER" or "NAME:LETTER=DEFAULT", separated by blanks; the letter is the type.
///   b bool   B bit   1 2 4 8 uint8 to uint64   i int32   I int   s string   t str   o OnOffAuto   L strList   W feature words
///   G panic information
/// A bool without a default is a feature, or says something else of the model.
extern const std::string_view kCpuProperties, kCpuInstanceProperties;
/// Those of the models "max" and "host" alone.
extern const std::string_view kMaxCpuProperties;
/// Other names of properties: "sse3=pni", separated by blanks.
extern const std::string_view kCpuAliases;

/// `type`: "qemu64-x86_64-cpu".
bool is_max_cpu(std::string_view type);
/// The letter of a type's property; 0: there is none of that name.
char cpu_property_letter(std::string_view type, std::string_view name);

}  // namespace rhea
