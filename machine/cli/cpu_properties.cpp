// The properties of x86 CPUs that -cpu sets, by kind: words with one blank between them.
#include "machine/cli/cpu_properties.h"

#include <cerrno>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "qobject/keyval.h"

namespace rhea::cli {

namespace {

constexpr std::string_view kSwitches =
    "3dnow 3dnowext 3dnowprefetch abm ace2 ace2-en acpi adx aes amd-no-ssb amd-ssbd amd-stibp amx-bf16 amx-int8 amx-tile "
    "apic arat arch-capabilities arch-lbr avic avx avx-vnni avx2 avx512-4fmaps avx512-4vnniw avx512-bf16 avx512-fp16 "
    "avx512-vp2intersect avx512-vpopcntdq avx512bitalg avx512bw avx512cd avx512dq avx512er avx512f avx512ifma avx512pf "
    "avx512vbmi avx512vbmi2 avx512vl avx512vnni bmi1 bmi2 bus-lock-detect check cid cldemote clflush clflushopt clwb clzero "
    "cmov cmp-legacy cmp_legacy core-capability cpuid-0xb cr8legacy cx16 cx8 dca de decodeassists ds ds-cpl ds_cpl dtes64 "
    "enforce erms est extapic f16c ffxsr fill-mtrr-mask flushbyasid fma fma4 fpu fsgsbase fsrm full-cpuid-auto-level full- "
    "width-write fxsr fxsr-opt fxsr_opt gfni hle host-phys-bits ht hv-apicv hv-avic hv-crash hv-emsr-bitmap hv-enforce- "
    "cpuid hv-evmcs hv-frequencies hv-ipi hv-passthrough hv-reenlightenment hv-relaxed hv-reset hv-runtime hv-stimer hv- "
    "stimer-direct hv-syndbg hv-synic hv-time hv-tlbflush hv-tlbflush-direct hv-tlbflush-ext hv-vapic hv-vpindex hv-xmm- "
    "input hypervisor i64 ia64 ibpb ibrs ibrs-all ibs intel-pt intel-pt-lip invpcid invtsc kvm kvm-asyncpf kvm-asyncpf-int "
    "kvm-hint-dedicated kvm-mmu kvm-msi-ext-dest-id kvm-no-smi-migration kvm-nopiodelay kvm-poll-control kvm-pv-enforce- "
    "cpuid kvm-pv-eoi kvm-pv-ipi kvm-pv-sched-yield kvm-pv-tlb-flush kvm-pv-unhalt kvm-steal-time kvm_asyncpf "
    "kvm_asyncpf_int kvm_mmu kvm_nopiodelay kvm_poll_control kvm_pv_eoi kvm_pv_unhalt kvm_steal_time kvmclock kvmclock- "
    "stable-bit l3-cache la57 lahf-lm lahf_lm lbrv lm lmce lwp mca mce md-clear mds-no misalignsse mmx mmxext monitor movbe "
    "movdir64b movdiri mpx msr mtrr nodeid-msr nodeid_msr npt nrip-save nrip_save nx osvw pae pat pause-filter pause_filter "
    "pbe pcid pclmuldq pclmulqdq pcommit pdcm pdpe1gb perfctr-core perfctr-nb perfctr_core perfctr_nb pfthreshold pge phe "
    "phe-en pks pku pmm pmm-en pmu pn pni popcnt pschange-mc-no pse pse36 rdctl-no rdpid rdrand rdseed rdtscp rsba rtm sep "
    "serialize sgx sgx-debug sgx-exinfo sgx-kss sgx-mode64 sgx-provisionkey sgx-tokenkey sgx1 sgx2 sgxlc sha-ni skinit "
    "skip-l1dfl-vmentry smap smep smx spec-ctrl split-lock-detect ss ssb-no ssbd sse sse2 sse3 sse4-1 sse4-2 sse4.1 sse4.2 "
    "sse4_1 sse4_2 sse4a ssse3 start-powered-off stibp svm svm-lock svm_lock svme-addr-chk syscall taa-no tbm tce tcg-cpuid "
    "tm tm2 topoext tsc tsc-adjust tsc-deadline tsc-scale tsc_adjust tsc_scale tsx-ctrl tsx-ldtrk umip v-vmsave-vmload vaes "
    "vgif virt-ssbd vmcb-clean vmcb_clean vme vmware-cpuid-freq vmx vmx-activity-hlt vmx-activity-shutdown vmx-activity- "
    "wait-sipi vmx-apicv-register vmx-apicv-vid vmx-apicv-x2apic vmx-apicv-xapic vmx-cr3-load-noexit vmx-cr3-store-noexit "
    "vmx-cr8-load-exit vmx-cr8-store-exit vmx-desc-exit vmx-encls-exit vmx-entry-ia32e-mode vmx-entry-load-bndcfgs vmx- "
    "entry-load-efer vmx-entry-load-pat vmx-entry-load-perf-global-ctrl vmx-entry-load-pkrs vmx-entry-load-rtit-ctl vmx- "
    "entry-noload-debugctl vmx-ept vmx-ept-1gb vmx-ept-2mb vmx-ept-advanced-exitinfo vmx-ept-execonly vmx-eptad vmx-eptp- "
    "switching vmx-exit-ack-intr vmx-exit-clear-bndcfgs vmx-exit-clear-rtit-ctl vmx-exit-load-efer vmx-exit-load-pat vmx- "
    "exit-load-perf-global-ctrl vmx-exit-load-pkrs vmx-exit-nosave-debugctl vmx-exit-save-efer vmx-exit-save-pat vmx-exit- "
    "save-preemption-timer vmx-flexpriority vmx-hlt-exit vmx-ins-outs vmx-intr-exit vmx-invept vmx-invept-all-context vmx- "
    "invept-single-context vmx-invept-single-context-noglobals vmx-invlpg-exit vmx-invpcid-exit vmx-invvpid vmx-invvpid- "
    "all-context vmx-invvpid-single-addr vmx-io-bitmap vmx-io-exit vmx-monitor-exit vmx-movdr-exit vmx-msr-bitmap vmx-mtf "
    "vmx-mwait-exit vmx-nmi-exit vmx-page-walk-4 vmx-page-walk-5 vmx-pause-exit vmx-ple vmx-pml vmx-posted-intr vmx- "
    "preemption-timer vmx-rdpmc-exit vmx-rdrand-exit vmx-rdseed-exit vmx-rdtsc-exit vmx-rdtscp-exit vmx-secondary-ctls vmx- "
    "shadow-vmcs vmx-store-lma vmx-true-ctls vmx-tsc-offset vmx-tsc-scaling vmx-unrestricted-guest vmx-vintr-pending vmx- "
    "vmfunc vmx-vmwrite-vmexit-fields vmx-vnmi vmx-vnmi-pending vmx-vpid vmx-wbinvd-exit vmx-xsaves vmx-zero-len-inject "
    "vpclmulqdq waitpkg wbnoinvd wdt x-force-features x-hv-synic-kvm-only x-intel-pt-auto-level x-migrate-smi-count "
    "x-vendor-cpuid-only x2apic xcrypt xcrypt-en xd xfd xgetbv1 xop xsave xsavec xsaveerptr xsaveopt xsaves xstore xstore- "
    "en xtpr";
constexpr std::string_view kSigned64 = "family model stepping tsc-frequency";
constexpr std::string_view kSigned32 = "core-id die-id node-id socket-id thread-id x-hv-max-vps";
constexpr std::string_view kUnsigned64 = "lbr-fmt lbr_fmt ucode-rev";
constexpr std::string_view kUnsigned32 =
    "apic-id hv-spinlocks hv-version-id-build hv-version-id-snumber hv-version-id-spack level level-func7 min-level min- "
    "xlevel min-xlevel2 phys-bits xlevel xlevel2";
constexpr std::string_view kUnsigned16 = "hv-version-id-major hv-version-id-minor";
constexpr std::string_view kUnsigned8 = "host-phys-bits-limit hv-version-id-sbranch";
constexpr std::string_view kTexts = "hv-no-nonarch-coresharing hv-vendor-id model-id vendor";

bool holds(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

Fail expects(std::string_view name, std::string_view what) { return fail(Error::invalid_parameter_value(name, what)); }

Result<void> check_signed(std::string_view name, const std::string& text, std::string_view type, long long low,
                          long long high) {
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(text.c_str(), &end, 0);
    if (text.empty() || *end || errno) return expects(name, "int64");
    if (value < low || value > high) return expects(name, type);
    return {};
}

Result<void> check_unsigned(std::string_view name, const std::string& text, std::string_view type, unsigned long long high) {
    char* end = nullptr;
    errno = 0;
    const unsigned long long value = std::strtoull(text.c_str(), &end, 0);
    if (text.empty() || *end || errno) return expects(name, "uint64");
    if (value > high) return expects(name, type);
    return {};
}

/// What the silicon has room for.
Result<void> check_range(std::string_view name, long long value) {
    constexpr struct {
        std::string_view name;
        long long high;
    } kRanges[] = {{"stepping", 0xf}, {"family", 0xff + 0xf}, {"model", 0xff}};
    for (const auto& range : kRanges)
        if (range.name == name && (value < 0 || value > range.high))
            return fail(
                fmt::format("Property .{} doesn't take value {} (minimum: 0, maximum: {})", name, value, range.high));
    return {};
}

}  // namespace

Result<void> check_cpu_property(std::string_view type, std::string_view name, const std::string& value) {
    constexpr std::size_t kVendor = 12;  // bytes
    if (holds(kSwitches, name)) {
        if (!parse_option_bool(name, value)) return expects(name, "'on' or 'off'");
    } else if (holds(kSigned64, name)) {
        RHEA_CHECK(check_signed(name, value, "int64", std::numeric_limits<long long>::min(),
                                std::numeric_limits<long long>::max()));
        return check_range(name, std::strtoll(value.c_str(), nullptr, 0));
    } else if (holds(kSigned32, name)) {
        return check_signed(name, value, "int32_t", INT32_MIN, INT32_MAX);
    } else if (holds(kUnsigned64, name)) {
        return check_unsigned(name, value, "uint64", UINT64_MAX);
    } else if (holds(kUnsigned32, name)) {
        return check_unsigned(name, value, "uint32_t", UINT32_MAX);
    } else if (holds(kUnsigned16, name)) {
        return check_unsigned(name, value, "uint16_t", UINT16_MAX);
    } else if (holds(kUnsigned8, name)) {
        return check_unsigned(name, value, "uint8_t", UINT8_MAX);
    } else if (!holds(kTexts, name)) {
        return fail(fmt::format("Property '{}.{}' not found", type, name));
    } else if (name == "vendor" && value.size() != kVendor) {
        return fail(fmt::format("Property '.vendor' doesn't take value '{}'", value));
    }
    return {};
}

}  // namespace rhea::cli
