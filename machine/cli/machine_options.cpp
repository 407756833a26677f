// Options about the machine. They are kept as they came, for machine_choice.cpp, except where QEMU complains at once.
#include <fmt/format.h>

#include "machine/cli/cpu_models.h"
#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice.h"
#include "machine/cli/option_specs.h"
#include "machine/cli/tree.h"

namespace rhea::cli {

namespace {

/// {"boot": tree}
QDict under(std::string_view name, QDict tree) {
    QDict dict;
    dict.put(std::string(name), QObject(std::move(tree)));
    return dict;
}

/// "a.b" = "c" from a -readconfig section, as parse_tree would have it.
Result<QDict> tree_of(const Options& options) {
    QDict tree;
    for (const Option& option : options.entries()) {
        std::string text = option.key + "=";
        for (char c : option.value) text.append(c == ',' ? 2 : 1, c);
        QDict one = RHEA_TRY(parse_tree(text));
        RHEA_CHECK(merge_tree(tree, std::move(one)));
    }
    return tree;
}

/// The keys of older versions: "kernel_irqchip" is "kernel-irqchip".
QDict with_dashes(QDict tree) {
    QDict result;
    for (const auto& entry : tree) {
        std::string key = entry.key;
        for (char& c : key)
            if (c == '_') c = '-';
        result.put(std::move(key), entry.value);
    }
    return result;
}

Result<void> apply_nested(CommandLine& line, std::string_view group, std::string_view into, std::string_view implied,
                          std::string_view text) {
    bool help = false;
    QDict tree = RHEA_TRY(parse_tree(text, implied, &help));
    if (help) {
        line.print(group_help(group, option_specs(group)));
        return line.finish(0);
    }
    return line.set_machine(under(into, std::move(tree)));
}

}  // namespace

Result<void> set_machine(CommandLine& line, std::string_view text) {
    bool help = false;
    QDict tree = RHEA_TRY(parse_tree(text, "type", &help));
    if (help) {
        const QObject* type = tree.find("type");
        line.print(type && type->string() ? machine_help(*type->string()) : machine_list());
        return line.finish(0);
    }
    return line.set_machine(with_dashes(std::move(tree)));
}

Result<void> take_machine(CommandLine& line, Options options) {
    QDict tree = RHEA_TRY(tree_of(options));
    return line.set_machine(with_dashes(std::move(tree)));
}

Result<void> set_smp(CommandLine& line, std::string_view text) {
    return apply_nested(line, "smp-opts", "smp", "cpus", text);
}
Result<void> set_boot(CommandLine& line, std::string_view text) {
    return apply_nested(line, "boot-opts", "boot", "order", text);
}
Result<void> take_smp(CommandLine& line, Options options) {
    return line.set_machine(under("smp", RHEA_TRY(tree_of(options))));
}
Result<void> take_boot(CommandLine& line, Options options) {
    return line.set_machine(under("boot", RHEA_TRY(tree_of(options))));
}

Result<void> take_memory(CommandLine& line, Options options) {
    QDict memory;
    for (const Option& option : options.entries()) {
        // A size without a suffix counts MiB; the other numbers are plain.
        const bool plain =
            option.key == "size" && !option.value.empty() && option.value.back() >= '0' && option.value.back() <= '9';
        if (option.key == "maxmem") memory.put("max-size", option.value);
        else memory.put(option.key, option.value + (plain ? "M" : ""));
    }
    return line.set_machine(under("memory", std::move(memory)));
}

Result<void> set_cpu(CommandLine& line, std::string_view text) {
    if (text == "help" || text == "?") {
        line.print(cpu_list());
        return line.finish(0);
    }
    Cpu cpu;
    const auto comma = std::min(text.find(','), text.size());
    cpu.model = std::string(text.substr(0, comma));
    text.remove_prefix(comma);
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(item.size());
        if (item.empty()) continue;
        if (item[0] == '+' || item[0] == '-') {
            cpu.features.push_back({std::string(item.substr(1)), item[0] == '+' ? "on" : "off", true});
            continue;
        }
        const auto equals = item.find('=');
        cpu.features.push_back({std::string(item.substr(0, equals)),
                                equals == std::string_view::npos ? "on" : std::string(item.substr(equals + 1))});
    }
    line.config.cpu = std::move(cpu);
    return {};
}

Result<void> add_accelerator(CommandLine& line, std::string_view text) {
    Options options = RHEA_TRY(Options::parse(text, "accel"));
    for (const std::string& warning : options.warnings()) line.reporter.warning(line.where, warning);
    return take_accelerator(line, std::move(options));
}

Result<void> take_accelerator(CommandLine& line, Options options) {
    const auto name = options.take("accel");
    if (!name || *name == "help" || *name == "?") {
        line.print(accelerator_list());
        return line.finish(0);
    }
    line.config.accelerators.push_back({line.where, *name, std::move(options)});
    return {};
}

Result<void> add_global(CommandLine& line, std::string_view text) {
    // "driver.property=value"; the driver's name may not hold a dot, the property's may.
    const auto equals = text.find('='), dot = text.find('.');
    if (dot == std::string_view::npos || equals == std::string_view::npos || dot > equals || dot == 0 || equals == dot + 1)
        return line.add_group("global", text);
    line.config.globals.push_back({line.where, std::string(text.substr(0, dot)),
                                   std::string(text.substr(dot + 1, equals - dot - 1)),
                                   std::string(text.substr(equals + 1))});
    return {};
}

Result<void> take_global(CommandLine& line, Options options) {
    const std::string* driver = options.find("driver");
    const std::string* property = options.find("property");
    const std::string* value = options.find("value");
    if (!driver || !property || !value) return fail("options 'driver', 'property', and 'value' are required");
    line.config.globals.push_back({line.where, *driver, *property, *value});
    return {};
}

Result<void> take_rtc(CommandLine& line, Options options) {
    for (Option option : options.entries()) line.config.unresolved.rtc.add(std::move(option.key), std::move(option.value));
    return {};
}

}  // namespace rhea::cli
