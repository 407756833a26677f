#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "machine/cli/machine_choice_parts.h"

namespace rhea::cli {

namespace {

Result<void> check_accelerator_option(const std::string& accelerator, const Option& option) {
    const auto one_of = [&](std::initializer_list<std::string_view> values) {
        return std::find(values.begin(), values.end(), option.value) != values.end();
    };
    if (accelerator == "tcg") {
        if (option.key == "thread")
            return one_of({"single", "multi"}) ? Result<void>{}
                                               : fail(fmt::format("Invalid 'thread' setting {}", option.value));
        if (option.key == "split-wx") {
            if (auto value = parse_option_bool(option.key, option.value); !value) return fail(std::move(value).error());
            return {};
        }
        if (option.key == "tb-size") {
            const auto size = parse_option_number(option.key, option.value);
            if (!size) return fail(Error::invalid_parameter_value(option.key, "uint64"));
            if (*size > UINT32_MAX) return fail(Error::invalid_parameter_value(option.key, "uint32_t"));
            return {};
        }
    } else if (accelerator == "kvm") {
        if (option.key == "kernel-irqchip")
            return one_of({"on", "off", "split"}) ? Result<void>{} : fail(Error::bad_enum_value(option.key, option.value));
        if (option.key == "notify-vmexit")
            return one_of({"run", "internal-error", "disable"}) ? Result<void>{}
                                                                : fail(Error::bad_enum_value(option.key, option.value));
        if (option.key == "dirty-ring-size" || option.key == "notify-window" || option.key == "kvm-shadow-mem") {
            if (!parse_option_number(option.key, option.value))
                return fail(Error::invalid_parameter_value(option.key, "uint64"));
            return {};
        }
    }
    return fail(fmt::format("Property '{}-accel.{}' not found", accelerator, option.key));
}

Result<void> check_accelerator(const Accelerator& accelerator) {
    const auto& name = accelerator.name;
    if (name != "tcg" && name != "kvm" && name != "qtest") return fail(fmt::format("invalid accelerator {}", name));
    return {};
}

/// "kvm:tcg"; ":" is two without a name.
std::vector<Accelerator> split_accelerators(std::string_view list) {
    std::vector<Accelerator> found;
    while (!list.empty()) {
        const auto end = list.find(':');
        found.push_back({{}, std::string(list.substr(0, end)), {}});
        if (end == std::string_view::npos) break;
        list.remove_prefix(end + 1);
        if (list.empty()) found.push_back({});
    }
    return found;
}

}  // namespace

bool is_accelerator_property(std::string_view name) {
    return name == "kernel-irqchip" || name == "kvm-shadow-mem" || name == "igd-passthru";
}

OrExit<Accelerator> choose_accelerator(const Config& config, Reporter& reporter,
                                       const std::function<Result<void>(const Accelerator&)>& start) {
    std::vector<Accelerator> candidates = config.accelerators;
    const QDict& machine = config.unresolved.machine;
    if (const QObject* list = machine.find("accel"); list && list->string()) {
        if (!candidates.empty()) return complain(reporter, "The -accel and \"-machine accel=\" options are incompatible");
        candidates = split_accelerators(*list->string());
        if (candidates.empty()) return complain(reporter, "no accelerator found");
    } else if (candidates.empty()) {
        candidates.push_back({{}, "tcg", {}});
    }

    bool failed = false;
    for (Accelerator& accelerator : candidates) {
        if (auto known = check_accelerator(accelerator); !known) {
            reporter.error(accelerator.where, known.error().description());
            failed = true;
            continue;
        }
        // A wrong property ends the program: it is no reason to try the next accelerator.
        if (accelerator.name == "kvm") {
            for (const auto& entry : machine) {
                if (!is_accelerator_property(entry.key) || !entry.value.string() || entry.key == "igd-passthru") continue;
                const Option option{entry.key, *entry.value.string()};
                if (auto fine = check_accelerator_option("kvm", option); !fine) {
                    reporter.error(accelerator.where, fmt::format("can't apply global kvm-accel.{}={}: {}", option.key,
                                                                  option.value, fine.error().description()));
                    return tl::unexpected(Exit{1});
                }
                if (!accelerator.options.has(option.key)) accelerator.options.add(option.key, option.value);
            }
        }
        if (config.instruction_count && accelerator.name == "tcg" && accelerator.options.get("thread") == "multi") {
            reporter.error(accelerator.where, "No MTTCG when icount is enabled");
            return tl::unexpected(Exit{1});
        }
        for (const Option& option : accelerator.options.entries()) {
            if (auto fine = check_accelerator_option(accelerator.name, option); !fine) {
                reporter.error(accelerator.where, fine.error().description());
                return tl::unexpected(Exit{1});
            }
        }
        auto started = start ? start(accelerator) : probe_accelerator(accelerator);
        if (started) {
            if (config.instruction_count && accelerator.name == "kvm")
                return complain(reporter, "-icount is not allowed with hardware virtualization");
            if (failed) reporter.error(fmt::format("falling back to {}", accelerator.name));
            return std::move(accelerator);
        }
        reporter.error(accelerator.where, started.error().description());
        failed = true;
    }
    return tl::unexpected(Exit{1});
}

Result<void> probe_accelerator(const Accelerator& accelerator) {
    if (accelerator.name != "kvm") return {};
    const int fd = ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        const std::string reason = std::strerror(errno);
        // QEMU says this line first, without its name in front.
        fmt::print(stderr, "Could not access KVM kernel module: {}\n", reason);
        return fail(fmt::format("failed to initialize kvm: {}", reason));
    }
    ::close(fd);
    return {};
}

std::string accelerator_list() { return "Accelerators supported in QEMU binary:\nqtest\ntcg\nkvm\n"; }

}  // namespace rhea::cli
