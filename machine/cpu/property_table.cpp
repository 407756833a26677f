// Observed once from QEMU 7.2; see the header.
#include "machine/cpu/property_table.h"

namespace rhea {

const std::string_view kCpuProperties =
    "vmx-invept-single-context:b core-capability:b popcnt:b sgx-debug:b dtes64:b vmx-invvpid-single-addr:b "
    "xstore:b min-xlevel2:4=0 stepping:I vmx-vmfunc:b hv-emsr-bitmap:B=off pse36:b avx512-4vnniw:b "
    "x-intel-pt-auto-level:b=on fma4:b avx512-vp2intersect:b avx2:b kvm-poll-control:b sgxlc:b amd-stibp:b family:I "
    "vmware-cpuid-freq:b=on vmx-store-lma:b hv-spinlocks:4=4294967295 erms:b vaes:b sgx-tokenkey:b vmx-activity-wait-sipi:b "
    "vmx-flexpriority:b hv-reset:B=off rdrand:b vmx-ept-advanced-exitinfo:b vmx-pause-exit:b vmx-shadow-vmcs:b "
    "avx512-vpopcntdq:b model:I xcrypt:b tbm:b vmx-eptad:b vmx-monitor-exit:b kvm-pv-eoi:b lm:b "
    "hv-version-id-spack:4=0 x-vendor-cpuid-only:b=on vmx-unrestricted-guest:b host-phys-bits-limit:1=0 pae:b "
    "hv-runtime:B=off ssse3:b phe:b movdiri:b host-phys-bits:b=off taa-no:b full-width-write:b arat:b avx512vbmi2:b "
    "arch-lbr:b vmx-vnmi-pending:b x2apic:b npt:b vmx-invpcid-exit:b avx512ifma:b model-id:s ucode-rev:8=0 "
    "hv-evmcs:B=off pmm-en:b vmx-io-exit:b tsc:b x-force-features:b=off vmx-ins-outs:b dca:b vmx-apicv-x2apic:b ia64:b "
    "hv-stimer-direct:B=off perfctr-core:b vmx-cr3-load-noexit:b pmu:b=off kvmclock:b vmx-entry-noload-debugctl:b "
    "md-clear:b invtsc:b pn:b avx512cd:b cmp-legacy:b cx16:b avx512dq:b abm:b vmx-activity-shutdown:b kvm-pv-ipi:b "
    "vmx-apicv-register:b fxsr-opt:b skip-l1dfl-vmentry:b fill-mtrr-mask:b=on x-migrate-smi-count:b=on pcid:b rdpid:b "
    "wbnoinvd:b syscall:b pse:b xsaves:b vmx-entry-load-pat:b vgif:b mce:b xfd:b node-id:i=-1 ibpb:b "
    "vmx-apicv-xapic:b cldemote:b lwp:b rtm:b hv-tlbflush:B=off kvm-steal-time:b cpuid-0xb:b=on vmx-hlt-exit:b "
    "vmx-desc-exit:b vmx-eptp-switching:b sgx-provisionkey:b vmx-entry-load-efer:b level-func7:4=4294967295 vmx-invlpg-exit:b "
    "vmx-exit-save-efer:b die-id:i=-1 vme:b kvm-pv-unhalt:b kvm-no-smi-migration:b=off svm:b vmx-invvpid:b "
    "kvm-hint-dedicated:b mca:b vmx-tsc-scaling:b mtrr:b cid:b pfthreshold:b pmm:b lahf-lm:b hv-version-id-build:4=14393 "
    "tcg-cpuid:b=on vmx-entry-load-pkrs:b vmx-entry-ia32e-mode:b x-hv-max-vps:i=-1 tm:b pbe:b amx-int8:b sgx1:b "
    "vmx-rdpmc-exit:b split-lock-detect:b apic-id:4=4294967295 fpu:b skinit:b l3-cache:b=on sep:b intel-pt-lip:b "
    "hv-tlbflush-direct:B=off avx512-bf16:b vmx-invept-single-context-noglobals:b vmx-rdtscp-exit:b nx:b "
    "vmx-invvpid-all-context:b sgx-kss:b pause-filter:b ds-cpl:b fsrm:b vmx-exit-load-efer:b "
    "vmx-vmwrite-vmexit-fields:b vmx-ept:b nodeid-msr:b vmx-ept-execonly:b smap:b vmx-io-bitmap:b "
    "vmx-preemption-timer:b vmx-invept-all-context:b vmx-intr-exit:b vmx-exit-clear-bndcfgs:b cr8legacy:b xlevel:4=4294967295 "
    "vmx-vpid:b vmx-zero-len-inject:b pschange-mc-no:b virt-ssbd:b umip:b avx512er:b vmx-vintr-pending:b "
    "xstore-en:b avx512vl:b ibrs:b rsba:b cmov:b vmx-posted-intr:b xcrypt-en:b tm2:b lbrv:b tsc-scale:b "
    "vmx-secondary-ctls:b xsaveerptr:b fsgsbase:b x-hv-synic-kvm-only:b=off avx512bw:b hv-version-id-minor:2=0 sse4a:b "
    "tsc-frequency:I smx:b hle:b monitor:b avx512-fp16:b tce:b vpclmulqdq:b hv-frequencies:B=off kvm-pv-tlb-flush:b "
    "vmx-rdtsc-exit:b vmx-activity-hlt:b vmx-cr8-load-exit:b mds-no:b svme-addr-chk:b amd-no-ssb:b adx:b "
    "vmx-exit-load-pkrs:b hv-version-id-sbranch:1=0 crash-information:G min-level:4=0 full-cpuid-auto-level:b=on "
    "vmx-entry-load-bndcfgs:b vmx-vnmi:b pclmulqdq:b xop:b msr:b kvm-pv-enforce-cpuid:b=off ssb-no:b clflush:b "
    "xlevel2:4=4294967295 mpx:b extapic:b vmx-mtf:b hv-enforce-cpuid:b=off hv-stimer:B=off sgx2:b vmx-rdseed-exit:b smep:b xsavec:b "
    "vmx-mwait-exit:b hv-synic:B=off cx8:b pku:b kvm:b=on vmx-exit-load-pat:b hv-passthrough:b=off vmcb-clean:b tsx-ldtrk:b "
    "hv-tlbflush-ext:B=off stibp:b vmx-cr3-store-noexit:b tsx-ctrl:b svm-lock:b hv-reenlightenment:B=off sgx-exinfo:b "
    "avic:b ds:b legacy-cache:b sse:b clzero:b hv-vpindex:B=off osvw:b pks:b vmx-ept-2mb:b vmx-true-ctls:b movdir64b:b "
    "vmx-invept:b acpi:b vmx-encls-exit:b vmx-cr8-store-exit:b vmx-rdrand-exit:b nrip-save:b gfni:b kvm-mmu:b "
    "kvm-msi-ext-dest-id:b serialize:b avx512bitalg:b rdseed:b sha-ni:b ace2:b lmce:b=off waitpkg:b topoext:b f16c:b "
    "3dnowprefetch:b avx512-4fmaps:b vmx-ept-1gb:b avx:b sse2:b rdctl-no:b mmx:b hv-version-id-major:2=10 level:4=4294967295 "
    "avx512vnni:b pni:b movbe:b vmx-ple:b mmxext:b lbr-fmt:8 bus-lock-detect:b vmx-apicv-vid:b vmx-page-walk-5:b "
    "flushbyasid:b rdtscp:b clwb:b kvm-pv-sched-yield:b kvm-asyncpf:b decodeassists:b vmx-wbinvd-exit:b pat:b "
    "vmx-exit-clear-rtit-ctl:b invpcid:b pdpe1gb:b vmx-exit-save-pat:b hv-vendor-id:t tsc-adjust:b "
    "vmx-entry-load-rtit-ctl:b ht:b amx-tile:b xtpr:b hv-xmm-input:B=off vmx-tsc-offset:b ssbd:b 3dnowext:b "
    "clflushopt:b sgx:b unavailable-features:L xsave:b pdcm:b hv-crash:B=off est:b vendor:s pge:b pcommit:b ibs:b "
    "tsc-deadline:b kvmclock-stable-bit:b misalignsse:b vmx-msr-bitmap:b check:b=on hv-time:B=off hv-avic:B=off perfctr-nb:b "
    "phys-bits:4=0 apic:b vmx-exit-save-preemption-timer:b vmx-exit-ack-intr:b sgx-mode64:b avx512vbmi:b thread-id:i=-1 "
    "min-xlevel:4=0 socket-id:i=-1 vmx-exit-nosave-debugctl:b avx512f:b vmx-xsaves:b arch-capabilities:b bmi2:b "
    "vmx-exit-load-perf-global-ctrl:b vmx-pml:b vmx-page-walk-4:b vmx-nmi-exit:b intel-pt:b wdt:b kvm-nopiodelay:b "
    "ace2-en:b v-vmsave-vmload:b avx512pf:b bmi1:b enforce:b=off sse4.2:b hv-syndbg:B=off ibrs-all:b xgetbv1:b spec-ctrl:b "
    "3dnow:b kvm-asyncpf-int:b vmx:b la57:b hv-no-nonarch-coresharing:o=off amx-bf16:b sse4.1:b xsaveopt:b "
    "hv-relaxed:B=off hv-version-id-snumber:4=0 vmx-entry-load-perf-global-ctrl:b avx-vnni:b fxsr:b phe-en:b hv-vapic:B=off "
    "hv-ipi:B=off hypervisor:b aes:b amd-ssbd:b core-id:i=-1 de:b ss:b vmx-movdr-exit:b fma:b";
const std::string_view kCpuInstanceProperties =
    "kvm_steal_time:b ds_cpl:b feature-words:W kvm_asyncpf:b kvm_pv_eoi:b fxsr_opt:b tsc_scale:b "
    "svm_lock:b kvm_nopiodelay:b i64:b sse3:b kvm_pv_unhalt:b sse4_2:b tsc_adjust:b hv-apicv:B=off "
    "ffxsr:b kvm_asyncpf_int:b pclmuldq:b perfctr_core:b sse4-2:b cmp_legacy:b xd:b kvm_mmu:b lbr_fmt:8 "
    "pause_filter:b perfctr_nb:b nrip_save:b nodeid_msr:b sse4-1:b vmcb_clean:b kvm_poll_control:b "
    "lahf_lm:b filtered-features:W sse4_1:b";
const std::string_view kCpuAliases =
    "lahf_lm=lahf-lm tsc_adjust=tsc-adjust svm_lock=svm-lock vmcb_clean=vmcb-clean nrip_save=nrip-save "
    "lbr_fmt=lbr-fmt pclmuldq=pclmulqdq ffxsr=fxsr-opt sse4-2=sse4.2 kvm_asyncpf_int=kvm-asyncpf-int "
    "cmp_legacy=cmp-legacy kvm_nopiodelay=kvm-nopiodelay perfctr_core=perfctr-core kvm_pv_unhalt=kvm-pv-unhalt "
    "ds_cpl=ds-cpl sse4-1=sse4.1 perfctr_nb=perfctr-nb sse3=pni tsc_scale=tsc-scale pause_filter=pause-filter "
    "kvm_asyncpf=kvm-asyncpf kvm_steal_time=kvm-steal-time kvm_mmu=kvm-mmu sse4_2=sse4.2 "
    "kvm_poll_control=kvm-poll-control fxsr_opt=fxsr-opt nodeid_msr=nodeid-msr kvm_pv_eoi=kvm-pv-eoi i64=lm "
    "hv-apicv=hv-avic xd=nx sse4_1=sse4.1";
const std::string_view kMaxCpuProperties = "migratable:b=on host-cache-info:b=off";

bool is_max_cpu(std::string_view type) { return type == "max-x86_64-cpu" || type == "host-x86_64-cpu"; }

char cpu_property_letter(std::string_view type, std::string_view name) {
    if (name.empty()) return 0;
    for (std::string_view table : {kCpuProperties, kCpuInstanceProperties, is_max_cpu(type) ? kMaxCpuProperties : std::string_view()})
        for (auto at = table.find(name); at != table.npos; at = table.find(name, at + 1))
            if ((at == 0 || table[at - 1] == ' ') && table.substr(at + name.size()).starts_with(':')) return table[at + name.size() + 1];
    return 0;
}

}  // namespace rhea
