// Observed once from QEMU 7.2: where each feature stands, and what its translator has.
#include "machine/cpu/words.h"

namespace rhea {

namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr CpuWord kWords[] = {
    {"CPUID.01H:EDX", "EDX", 0x1, -1, 0xfcbfbfd,
     "0:fpu 1:vme 2:de 3:pse 4:tsc 5:msr 6:pae 7:mce 8:cx8 9:apic 11:sep 12:mtrr 13:pge 14:mca 15:cmov 16:pat "
     "17:pse36 18:pn 19:clflush 21:ds 22:acpi 23:mmx 24:fxsr 25:sse 26:sse2 27:ss 28:ht 29:tm 30:ia64 31:pbe"},
    {"CPUID.01H:ECX", "ECX", 0x1, -1, 0xf6d8320b,
     "0:pni 1:pclmulqdq 2:dtes64 3:monitor 4:ds-cpl 5:vmx 6:smx 7:est 8:tm2 9:ssse3 10:cid 12:fma 13:cx16 14:xtpr "
     "15:pdcm 17:pcid 18:dca 19:sse4.1 20:sse4.2 21:x2apic 22:movbe 23:popcnt 24:tsc-deadline 25:aes 26:xsave "
     "28:avx 29:f16c 30:rdrand 31:hypervisor"},
    {"CPUID.07H:EBX", "EBX", 0x7, 0, 0x1d843a9,
     "0:fsgsbase 1:tsc-adjust 2:sgx 3:bmi1 4:hle 5:avx2 7:smep 8:bmi2 9:erms 10:invpcid 11:rtm 14:mpx 16:avx512f "
     "17:avx512dq 18:rdseed 19:adx 20:smap 21:avx512ifma 22:pcommit 23:clflushopt 24:clwb 25:intel-pt 26:avx512pf "
     "27:avx512er 28:avx512cd 29:sha-ni 30:avx512bw 31:avx512vl"},
    {"CPUID.07H:ECX", "ECX", 0x7, 0, 0x8001020c,
     "1:avx512vbmi 2:umip 3:pku 5:waitpkg 6:avx512vbmi2 8:gfni 9:vaes 10:vpclmulqdq 11:avx512vnni 12:avx512bitalg "
     "14:avx512-vpopcntdq 16:la57 22:rdpid 24:bus-lock-detect 25:cldemote 27:movdiri 28:movdir64b 30:sgxlc 31:pks"},
    {"CPUID.07H:EDX", "EDX", 0x7, 0, 0x0,
     "2:avx512-4vnniw 3:avx512-4fmaps 4:fsrm 8:avx512-vp2intersect 10:md-clear 14:serialize 16:tsx-ldtrk "
     "19:arch-lbr 22:amx-bf16 23:avx512-fp16 24:amx-tile 25:amx-int8 26:spec-ctrl 27:stibp 29:arch-capabilities "
     "30:core-capability 31:ssbd"},
    {"CPUID.07H:EAX", "EAX", 0x7, 1, 0x0,
     "4:avx-vnni 5:avx512-bf16"},
    {"CPUID.80000001H:EDX", "EDX", 0x80000001, -1, 0xedd3fbfd,
     "11:syscall 20:nx 22:mmxext 25:fxsr-opt 26:pdpe1gb 27:rdtscp 29:lm 30:3dnowext 31:3dnow"},
    {"CPUID.80000001H:ECX", "ECX", 0x80000001, -1, 0x75,
     "0:lahf-lm 1:cmp-legacy 2:svm 3:extapic 4:cr8legacy 5:abm 6:sse4a 7:misalignsse 8:3dnowprefetch 9:osvw "
     "10:ibs 11:xop 12:skinit 13:wdt 15:lwp 16:fma4 17:tce 19:nodeid-msr 21:tbm 22:topoext 23:perfctr-core "
     "24:perfctr-nb"},
    {"CPUID.80000007H:EDX", "EDX", 0x80000007, -1, 0x0,
     "8:invtsc"},
    {"CPUID.80000008H:EBX", "EBX", 0x80000008, -1, 0x0,
     "0:clzero 2:xsaveerptr 9:wbnoinvd 12:ibpb 14:ibrs 15:amd-stibp 24:amd-ssbd 25:virt-ssbd 26:amd-no-ssb"},
    {"CPUID.C0000001H:EDX", "EDX", 0xc0000001, -1, 0x0,
     "2:xstore 3:xstore-en 6:xcrypt 7:xcrypt-en 8:ace2 9:ace2-en 10:phe 11:phe-en 12:pmm 13:pmm-en"},
    {"CPUID.40000001H:EAX", "EAX", 0x40000001, -1, 0x0,
     "0:kvmclock 1:kvm-nopiodelay 2:kvm-mmu 3:kvmclock 4:kvm-asyncpf 5:kvm-steal-time 6:kvm-pv-eoi "
     "7:kvm-pv-unhalt 9:kvm-pv-tlb-flush 11:kvm-pv-ipi 12:kvm-poll-control 13:kvm-pv-sched-yield "
     "14:kvm-asyncpf-int 15:kvm-msi-ext-dest-id 24:kvmclock-stable-bit"},
    {"CPUID.40000001H:EDX", "EDX", 0x40000001, -1, 0x0,
     "0:kvm-hint-dedicated"},
    {"CPUID.8000000AH:EDX", "EDX", 0x8000000a, -1, 0x10010001,
     "0:npt 1:lbrv 2:svm-lock 3:nrip-save 4:tsc-scale 5:vmcb-clean 6:flushbyasid 7:decodeassists 10:pause-filter "
     "12:pfthreshold 13:avic 15:v-vmsave-vmload 16:vgif 28:svme-addr-chk"},
    {"CPUID.0DH:EAX", "EAX", 0xd, 1, 0x5,
     "0:xsaveopt 1:xsavec 2:xgetbv1 3:xsaves 4:xfd"},
    {"CPUID.06H:EAX", "EAX", 0x6, -1, 0x4,
     "2:arat"},
    {"CPUID.0DH:EAX", "EAX", 0xd, 0, kAll,
     ""},
    {"CPUID.0DH:EDX", "EDX", 0xd, 0, kAll,
     ""},
    {"MSR(10AH)", "", 0, -1, 0x0,
     "0:rdctl-no 1:ibrs-all 2:rsba 3:skip-l1dfl-vmentry 4:ssb-no 5:mds-no 6:pschange-mc-no 7:tsx-ctrl 8:taa-no"},
    {"MSR(CFH)", "", 0, -1, 0x0,
     "5:split-lock-detect"},
    {"MSR(345H)", "", 0, -1, 0x0,
     "13:full-width-write"},
    {"MSR(48EH)", "", 0, -1, 0x0,
     "2:vmx-vintr-pending 3:vmx-tsc-offset 7:vmx-hlt-exit 9:vmx-invlpg-exit 10:vmx-mwait-exit 11:vmx-rdpmc-exit "
     "12:vmx-rdtsc-exit 15:vmx-cr3-load-noexit 16:vmx-cr3-store-noexit 19:vmx-cr8-load-exit 20:vmx-cr8-store-exit "
     "21:vmx-flexpriority 22:vmx-vnmi-pending 23:vmx-movdr-exit 24:vmx-io-exit 25:vmx-io-bitmap 27:vmx-mtf "
     "28:vmx-msr-bitmap 29:vmx-monitor-exit 30:vmx-pause-exit 31:vmx-secondary-ctls"},
    {"MSR(48BH)", "", 0, -1, 0x0,
     "0:vmx-apicv-xapic 1:vmx-ept 2:vmx-desc-exit 3:vmx-rdtscp-exit 4:vmx-apicv-x2apic 5:vmx-vpid "
     "6:vmx-wbinvd-exit 7:vmx-unrestricted-guest 8:vmx-apicv-register 9:vmx-apicv-vid 10:vmx-ple "
     "11:vmx-rdrand-exit 12:vmx-invpcid-exit 13:vmx-vmfunc 14:vmx-shadow-vmcs 15:vmx-encls-exit "
     "16:vmx-rdseed-exit 17:vmx-pml 20:vmx-xsaves 25:vmx-tsc-scaling"},
    {"MSR(48DH)", "", 0, -1, 0x0,
     "0:vmx-intr-exit 3:vmx-nmi-exit 5:vmx-vnmi 6:vmx-preemption-timer 7:vmx-posted-intr"},
    {"MSR(48FH)", "", 0, -1, 0x0,
     "2:vmx-exit-nosave-debugctl 12:vmx-exit-load-perf-global-ctrl 15:vmx-exit-ack-intr 18:vmx-exit-save-pat "
     "19:vmx-exit-load-pat 20:vmx-exit-save-efer 21:vmx-exit-load-efer 22:vmx-exit-save-preemption-timer "
     "23:vmx-exit-clear-bndcfgs 25:vmx-exit-clear-rtit-ctl 29:vmx-exit-load-pkrs"},
    {"MSR(490H)", "", 0, -1, 0x0,
     "2:vmx-entry-noload-debugctl 9:vmx-entry-ia32e-mode 13:vmx-entry-load-perf-global-ctrl 14:vmx-entry-load-pat "
     "15:vmx-entry-load-efer 16:vmx-entry-load-bndcfgs 18:vmx-entry-load-rtit-ctl 22:vmx-entry-load-pkrs"},
    {"MSR(485H)", "", 0, -1, 0x0,
     "5:vmx-store-lma 6:vmx-activity-hlt 7:vmx-activity-shutdown 8:vmx-activity-wait-sipi "
     "29:vmx-vmwrite-vmexit-fields 30:vmx-zero-len-inject"},
    {"MSR(48CH)", "", 0, -1, 0x0,
     "0:vmx-ept-execonly 6:vmx-page-walk-4 7:vmx-page-walk-5 16:vmx-ept-2mb 17:vmx-ept-1gb 20:vmx-invept "
     "21:vmx-eptad 22:vmx-ept-advanced-exitinfo 25:vmx-invept-single-context 26:vmx-invept-all-context "
     "32:vmx-invvpid 40:vmx-invvpid-single-addr 41:vmx-invept-single-context 42:vmx-invvpid-all-context "
     "43:vmx-invept-single-context-noglobals"},
    {"MSR(480H)", "", 0, -1, 0x0,
     "54:vmx-ins-outs 55:vmx-true-ctls"},
    {"MSR(491H)", "", 0, -1, 0x0,
     "0:vmx-eptp-switching"},
    {"CPUID.14H:ECX", "ECX", 0x14, 0, 0x0,
     "31:intel-pt-lip"},
    {"CPUID.12H:EAX", "EAX", 0x12, 0, 0x0,
     "0:sgx1 1:sgx2"},
    {"CPUID.12H:EBX", "EBX", 0x12, 0, 0x0,
     "0:sgx-exinfo"},
    {"CPUID.12H:EAX", "EAX", 0x12, 1, 0x0,
     "1:sgx-debug 2:sgx-mode64 4:sgx-provisionkey 5:sgx-tokenkey 7:sgx-kss"},
    {"CPUID.0DH:ECX", "ECX", 0xd, 1, 0x0,
     ""},
    {"CPUID.0DH:EDX", "EDX", 0xd, 1, 0x0,
     ""},
};
static_assert(std::size(kWords) == kCpuWords);

}  // namespace

std::span<const CpuWord> cpu_words() { return kWords; }

}  // namespace rhea
