/// AMD SEV and Intel SGX. Both need KVM and a host CPU that has them; without them QEMU answers like this.
#include "machine/cpu/commands.h"
#include "machine/machine.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

enum class SevState { uninit, launch_update, launch_secret, running, send_update, receive_update };
template <>
inline constexpr auto description<SevState> = enumeration<SevState>("SevState", "uninit", "launch-update", "launch-secret",
                                                                    "running", "send-update", "receive-update");

struct SevInfo {
    bool enabled = false;
    std::int64_t api_major = 0, api_minor = 0, build_id = 0, policy = 0;
    SevState state{};
    std::int64_t handle = 0;
};
template <>
inline constexpr auto description<SevInfo> = object("SevInfo", member<&SevInfo::enabled>("enabled"),
                                                    member<&SevInfo::api_major>("api-major"),
                                                    member<&SevInfo::api_minor>("api-minor"),
                                                    member<&SevInfo::build_id>("build-id"),
                                                    member<&SevInfo::policy>("policy"), member<&SevInfo::state>("state"),
                                                    member<&SevInfo::handle>("handle"));

struct SevLaunchMeasureInfo {
    std::string data;
};
template <>
inline constexpr auto description<SevLaunchMeasureInfo> = object("SevLaunchMeasureInfo",
                                                                 member<&SevLaunchMeasureInfo::data>("data"));

struct SevCapability {
    std::string pdh, cert_chain, cpu0_id;
    std::int64_t cbitpos = 0, reduced_phys_bits = 0;
};
template <>
inline constexpr auto description<SevCapability> = object("SevCapability", member<&SevCapability::pdh>("pdh"),
                                                          member<&SevCapability::cert_chain>("cert-chain"),
                                                          member<&SevCapability::cpu0_id>("cpu0-id"),
                                                          member<&SevCapability::cbitpos>("cbitpos"),
                                                          member<&SevCapability::reduced_phys_bits>("reduced-phys-bits"));

struct SevAttestationReport {
    std::string data;
};
template <>
inline constexpr auto description<SevAttestationReport> = object("SevAttestationReport",
                                                                 member<&SevAttestationReport::data>("data"));

struct SgxEpcSection {
    std::int64_t node = 0, size = 0;
};
template <>
inline constexpr auto description<SgxEpcSection> = object("SGXEPCSection", member<&SgxEpcSection::node>("node"),
                                                          member<&SgxEpcSection::size>("size"));

struct SgxInfo {
    bool sgx = false, sgx1 = false, sgx2 = false, flc = false;
    std::int64_t section_size = 0;
    std::vector<SgxEpcSection> sections;
};
template <>
inline constexpr auto description<SgxInfo> = object("SGXInfo", member<&SgxInfo::sgx>("sgx"), member<&SgxInfo::sgx1>("sgx1"),
                                                    member<&SgxInfo::sgx2>("sgx2"), member<&SgxInfo::flc>("flc"),
                                                    member<&SgxInfo::section_size>("section-size", feature::kDeprecated),
                                                    member<&SgxInfo::sections>("sections"));

struct QuerySevAttestationReport {
    std::string mnonce;
};
template <>
inline constexpr auto description<QuerySevAttestationReport> = object("q_obj_query-sev-attestation-report-arg",
                                                                      member<&QuerySevAttestationReport::mnonce>("mnonce"));

struct SevInjectLaunchSecret {
    std::string packet_header, secret;
    std::optional<std::uint64_t> gpa;
};
template <>
inline constexpr auto description<SevInjectLaunchSecret> =
    object("q_obj_sev-inject-launch-secret-arg", member<&SevInjectLaunchSecret::packet_header>("packet-header"),
           member<&SevInjectLaunchSecret::secret>("secret"), member<&SevInjectLaunchSecret::gpa>("gpa"));

namespace {

Result<SevInfo> query_sev(Machine&, const Empty&) { return SevInfo{}; }
Result<SevLaunchMeasureInfo> query_sev_launch_measure(Machine&, const Empty&) {
    return fail("SEV launch measurement is not available");
}
Result<SevCapability> query_sev_capabilities(Machine&, const Empty&) { return fail("KVM not enabled"); }
Result<SevAttestationReport> query_sev_attestation_report(Machine&, const QuerySevAttestationReport&) {
    return fail("SEV is not enabled");
}
Result<Empty> sev_inject_launch_secret(Machine&, const SevInjectLaunchSecret&) { return fail("SEV not enabled for guest"); }
Result<SgxInfo> query_sgx(Machine& machine, const Empty&) {
    return fail(machine.type().is_pc() ? "No EPC regions defined, SGX not available" : "SGX is only supported on PC machines");
}
Result<SgxInfo> query_sgx_capabilities(Machine&, const Empty&) { return fail("SGX is not enabled in KVM"); }

constexpr Command kCommands[] = {
    command<query_sev>("query-sev", "Tells the state of an AMD SEV guest.").absent_hardware(),
    command<query_sev_launch_measure>("query-sev-launch-measure", "Tells the measurement of an SEV guest's launch.")
        .absent_hardware(),
    command<query_sev_capabilities>("query-sev-capabilities", "Tells what the host gives to SEV guests.").absent_hardware(),
    command<query_sev_attestation_report>("query-sev-attestation-report", "Has an SEV guest's state attested.")
        .absent_hardware(),
    command<sev_inject_launch_secret>("sev-inject-launch-secret", "Puts a secret into an SEV guest's memory.")
        .absent_hardware(),
    command<query_sgx>("query-sgx", "Tells about the guest's SGX memory.").absent_hardware(),
    command<query_sgx_capabilities>("query-sgx-capabilities", "Tells what SGX memory the host has.").absent_hardware(),
};

}  // namespace

void add_confidential_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
