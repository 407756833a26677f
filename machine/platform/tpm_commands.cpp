/// Trusted platform modules: no machine has one yet.
#include "chardev/options.h"
#include "machine/machine.h"
#include "machine/platform/commands.h"
#include "monitor/command_table.h"

namespace rhea {

enum class TpmModel { tpm_tis, tpm_crb, tpm_spapr };
template <>
inline constexpr auto description<TpmModel> = enumeration<TpmModel>("TpmModel", "tpm-tis", "tpm-crb", "tpm-spapr");

enum class TpmType { passthrough, emulator };
template <>
inline constexpr auto description<TpmType> = enumeration<TpmType>("TpmType", "passthrough", "emulator");

struct TpmPassthroughOptions {
    std::optional<std::string> path, cancel_path;
};
template <>
inline constexpr auto description<TpmPassthroughOptions> =
    object("TPMPassthroughOptions", member<&TpmPassthroughOptions::path>("path"),
           member<&TpmPassthroughOptions::cancel_path>("cancel-path"));

struct TpmEmulatorOptions {
    std::string chardev;
};
template <>
inline constexpr auto description<TpmEmulatorOptions> = object("TPMEmulatorOptions",
                                                               member<&TpmEmulatorOptions::chardev>("chardev"));

struct TpmTypeOptions {
    TpmType type{};
    std::variant<std::monostate, Data<TpmPassthroughOptions>, Data<TpmEmulatorOptions>> u;
};
template <>
inline constexpr auto description<TpmTypeOptions> = flat_union<&TpmTypeOptions::type, &TpmTypeOptions::u>(
    "TpmTypeOptions",
    branches(branch<Data<TpmPassthroughOptions>>(TpmType::passthrough), branch<Data<TpmEmulatorOptions>>(TpmType::emulator)),
    member<&TpmTypeOptions::type>("type"));

struct TpmInfo {
    std::string id;
    TpmModel model{};
    TpmTypeOptions options;
};
template <>
inline constexpr auto description<TpmInfo> = object("TPMInfo", member<&TpmInfo::id>("id"), member<&TpmInfo::model>("model"),
                                                    member<&TpmInfo::options>("options"));

namespace {

Result<std::vector<TpmInfo>> query_tpm(Machine&, const Empty&) { return std::vector<TpmInfo>{}; }
Result<std::vector<TpmModel>> query_tpm_models(Machine&, const Empty&) {
    return std::vector<TpmModel>{TpmModel::tpm_crb, TpmModel::tpm_tis};
}
Result<std::vector<TpmType>> query_tpm_types(Machine&, const Empty&) {
    return std::vector<TpmType>{TpmType::passthrough, TpmType::emulator};
}

constexpr Command kCommands[] = {
    command<query_tpm>("query-tpm", "Lists the machine's TPMs.").absent_hardware(),
    command<query_tpm_models>("query-tpm-models", "Lists the kinds of TPM that a guest can see.").absent_hardware(),
    command<query_tpm_types>("query-tpm-types", "Lists what can stand behind a TPM.").absent_hardware(),
};

}  // namespace

void add_tpm_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
