// Generated once from what QEMU 7.2's models are under its translator; a fact of each model stands here alone.
#include "machine/cpu/model_table.h"

namespace rhea {
namespace {

// A row says how a model differs from another. Every model comes from "base" in the end, and has all of its properties.
constexpr CpuModelRow kModels[] = {
    {"max", "", "EPYC-v1",
     "+3dnow;+3dnowext;+acpi;+clwb;+erms;+la57;+legacy-cache;+migratable;+mpx;+pcommit;+pks;+pku;+pmu;+ss;"
     "+svme-addr-chk;+umip;+vaes;+vgif;-3dnowprefetch;-ffxsr;-fxsr-opt;-fxsr_opt;-host-cache-info;-misalignsse;"
     "-nrip-save;-nrip_save;-osvw;-rdseed;-sha-ni;-topoext;-xsavec;family=15;min-xlevel=2147483658;"
     "model-id:QEMU TCG CPU version 2.5+;model=107;stepping=1;xlevel=2147483658",
     "", 0},
    {"host", "", "max",
     "",
     "kvm", 0},
    {"base", "", "",
     "",
     "", kCpuStatic | kCpuMigrationSafe},
    {"qemu64-v1", "", "Opteron_G2-v1",
     "level=13;min-level=13;model-id:QEMU Virtual CPU version 2.5+;model=107",
     "", kCpuMigrationSafe},
    {"qemu64", "qemu64-v1", "qemu64-v1",
     "",
     "", kCpuMigrationSafe},
    {"qemu32-v1", "", "pentium3-v1",
     "+pni;+sse2;+sse3;-mca;-mtrr;-pse36;level=4;min-level=4;min-xlevel=2147483652;"
     "model-id:QEMU Virtual CPU version 2.5+;model=6;xlevel=2147483652",
     "", kCpuMigrationSafe},
    {"qemu32", "qemu32-v1", "qemu32-v1",
     "",
     "", kCpuMigrationSafe},
    {"phenom-v1", "", "Opteron_G3-v1",
     "+3dnow;+3dnowext;+ffxsr;+fxsr-opt;+fxsr_opt;+mmxext;+npt;+pdpe1gb;-misalignsse;min-xlevel=2147483674;"
     "model-id:AMD Phenom(tm) 9550 Quad-Core Processor;xlevel=2147483674",
     "fxsr-opt", kCpuMigrationSafe},
    {"phenom", "phenom-v1", "phenom-v1",
     "",
     "fxsr-opt", kCpuMigrationSafe},
    {"pentium3-v1", "", "pentium-v1",
     "+cmov;+fxsr;+mca;+mtrr;+pae;+pat;+pge;+pse36;+sep;+sse;family=6;level=3;min-level=3;model=7",
     "", kCpuMigrationSafe},
    {"pentium3", "pentium3-v1", "pentium3-v1",
     "",
     "", kCpuMigrationSafe},
    {"pentium2-v1", "", "pentium3-v1",
     "-sse;level=2;min-level=2;model=5;stepping=2",
     "", kCpuMigrationSafe},
    {"pentium2", "pentium2-v1", "pentium2-v1",
     "",
     "", kCpuMigrationSafe},
    {"pentium-v1", "", "486-v1",
     "+apic;+cx8;+de;+mce;+mmx;+msr;+tsc;family=5;model=4;stepping=3",
     "", kCpuMigrationSafe},
    {"pentium", "pentium-v1", "pentium-v1",
     "",
     "", kCpuMigrationSafe},
    {"n270-v1", "", "core2duo-v1",
     "+movbe;-cx16;-i64;-lm;-pse36;-syscall;model-id:Intel(R) Atom(TM) CPU N270   @ 1.60GHz;model=28;stepping=2",
     "", kCpuMigrationSafe},
    {"n270", "n270-v1", "n270-v1",
     "",
     "", kCpuMigrationSafe},
    {"kvm64-v1", "", "Opteron_G1-v1",
     "+cx16;level=13;min-level=13;model-id:Common KVM processor;vendor:GenuineIntel",
     "", kCpuMigrationSafe},
    {"kvm64", "kvm64-v1", "kvm64-v1",
     "",
     "", kCpuMigrationSafe},
    {"kvm32-v1", "", "qemu32-v1",
     "+clflush;+mca;+mtrr;+pse36;family=15;level=5;min-level=5;min-xlevel=2147483656;"
     "model-id:Common 32-bit KVM processor;stepping=1;xlevel=2147483656",
     "", kCpuMigrationSafe},
    {"kvm32", "kvm32-v1", "kvm32-v1",
     "",
     "", kCpuMigrationSafe},
    {"coreduo-v1", "", "n270-v1",
     "-lahf-lm;-lahf_lm;-movbe;-ssse3;model-id:Genuine Intel(R) CPU           T2600  @ 2.16GHz;model=14;stepping=8",
     "", kCpuMigrationSafe},
    {"coreduo", "coreduo-v1", "coreduo-v1",
     "",
     "", kCpuMigrationSafe},
    {"core2duo-v1", "", "Conroe-v1",
     "+acpi;+cx16;+monitor;+ss;model-id:Intel(R) Core(TM)2 Duo CPU     T7700  @ 2.40GHz;stepping=11",
     "", kCpuMigrationSafe},
    {"core2duo", "core2duo-v1", "core2duo-v1",
     "",
     "", kCpuMigrationSafe},
    {"athlon-v1", "", "pentium3-v1",
     "+3dnow;+3dnowext;+mmxext;+sse2;level=2;min-level=2;min-xlevel=2147483656;model-id:QEMU Virtual CPU version 2.5+;"
     "model=2;vendor:AuthenticAMD;xlevel=2147483656",
     "", kCpuMigrationSafe},
    {"athlon", "athlon-v1", "athlon-v1",
     "",
     "", kCpuMigrationSafe},
    {"Westmere-v2", "", "Nehalem-v2",
     "+aes;+arat;+pclmuldq;+pclmulqdq;model-id:Westmere E56xx/L56xx/X56xx (IBRS update);model=44;stepping=1",
     "spec-ctrl", kCpuMigrationSafe},
    {"Westmere-v1", "", "Westmere-v2",
     "-spec-ctrl;model-id:Westmere E56xx/L56xx/X56xx (Nehalem-C)",
     "", kCpuMigrationSafe},
    {"Westmere-IBRS", "Westmere-v2", "Westmere-v2",
     "",
     "spec-ctrl", kCpuMigrationSafe},
    {"Westmere", "Westmere-v1", "Westmere-v1",
     "",
     "", kCpuMigrationSafe},
    {"Snowridge-v4", "", "Denverton-v3",
     "+cldemote;+clwb;+gfni;+monitor;+movdir64b;+movdiri;+umip;-rdctl-no;-skip-l1dfl-vmentry;level=27;min-level=27;"
     "model-id:Intel Atom Processor (Snowridge, no MPX);model=134",
     "x2apic tsc-deadline rdseed sha-ni gfni cldemote movdiri movdir64b spec-ctrl arch-capabilities ssbd "
     "3dnowprefetch xsavec xsaves", kCpuMigrationSafe},
    {"Snowridge-v3", "", "Snowridge-v4",
     "+core-capability;+split-lock-detect",
     "x2apic tsc-deadline rdseed sha-ni gfni cldemote movdiri movdir64b spec-ctrl arch-capabilities core-capability "
     "ssbd 3dnowprefetch xsavec xsaves split-lock-detect", kCpuMigrationSafe},
    {"Snowridge-v2", "", "Snowridge-v3",
     "-xsaves",
     "x2apic tsc-deadline rdseed sha-ni gfni cldemote movdiri movdir64b spec-ctrl arch-capabilities core-capability "
     "ssbd 3dnowprefetch xsavec split-lock-detect", kCpuMigrationSafe},
    {"Snowridge-v1", "", "Snowridge-v2",
     "+mpx;model-id:Intel Atom Processor (SnowRidge)",
     "x2apic tsc-deadline rdseed sha-ni gfni cldemote movdiri movdir64b spec-ctrl arch-capabilities core-capability "
     "ssbd 3dnowprefetch xsavec split-lock-detect", kCpuMigrationSafe},
    {"Snowridge", "Snowridge-v1", "Snowridge-v1",
     "",
     "x2apic tsc-deadline rdseed sha-ni gfni cldemote movdiri movdir64b spec-ctrl arch-capabilities core-capability "
     "ssbd 3dnowprefetch xsavec split-lock-detect", kCpuMigrationSafe},
    {"Skylake-Server-v5", "", "Skylake-Client-v4",
     "+avx512bw;+avx512cd;+avx512dq;+avx512f;+avx512vl;+clwb;+pdpe1gb;+pku;"
     "model-id:Intel Xeon Processor (Skylake, IBRS, no TSX);model=85;stepping=4",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl 3dnowprefetch "
     "xsavec xsaves", kCpuMigrationSafe},
    {"Skylake-Server-v4", "", "Skylake-Server-v5",
     "-xsaves",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl 3dnowprefetch "
     "xsavec", kCpuMigrationSafe},
    {"Skylake-Server-v3", "", "Skylake-Server-v4",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl 3dnowprefetch "
     "xsavec", kCpuMigrationSafe},
    {"Skylake-Server-v2", "", "Skylake-Server-v4",
     "+hle;+rtm;model-id:Intel Xeon Processor (Skylake, IBRS)",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl "
     "3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Server-v1", "", "Skylake-Server-v2",
     "+clflushopt;-spec-ctrl;model-id:Intel Xeon Processor (Skylake)",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Server-noTSX-IBRS", "Skylake-Server-v3", "Skylake-Server-v4",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl 3dnowprefetch "
     "xsavec", kCpuMigrationSafe},
    {"Skylake-Server-IBRS", "Skylake-Server-v2", "Skylake-Server-v2",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl spec-ctrl "
     "3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Server", "Skylake-Server-v1", "Skylake-Server-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client-v4", "", "Skylake-Client-v3",
     "+xsaves",
     "pcid x2apic tsc-deadline invpcid rdseed spec-ctrl 3dnowprefetch xsavec xsaves", kCpuMigrationSafe},
    {"Skylake-Client-v3", "", "Broadwell-v4",
     "+xgetbv1;+xsavec;model-id:Intel Core Processor (Skylake, IBRS, no TSX);model=94;stepping=3",
     "pcid x2apic tsc-deadline invpcid rdseed spec-ctrl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client-v2", "", "Skylake-Client-v3",
     "+hle;+rtm;model-id:Intel Core Processor (Skylake, IBRS)",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed spec-ctrl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client-v1", "", "Skylake-Client-v2",
     "-spec-ctrl;model-id:Intel Core Processor (Skylake)",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client-noTSX-IBRS", "Skylake-Client-v3", "Skylake-Client-v3",
     "",
     "pcid x2apic tsc-deadline invpcid rdseed spec-ctrl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client-IBRS", "Skylake-Client-v2", "Skylake-Client-v2",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed spec-ctrl 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Skylake-Client", "Skylake-Client-v1", "Skylake-Client-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"SandyBridge-v2", "", "Westmere-v2",
     "+avx;+rdtscp;+tsc-deadline;+x2apic;+xsave;+xsaveopt;level=13;min-level=13;"
     "model-id:Intel Xeon E312xx (Sandy Bridge, IBRS update);model=42",
     "x2apic tsc-deadline spec-ctrl", kCpuMigrationSafe},
    {"SandyBridge-v1", "", "SandyBridge-v2",
     "-spec-ctrl;model-id:Intel Xeon E312xx (Sandy Bridge)",
     "x2apic tsc-deadline", kCpuMigrationSafe},
    {"SandyBridge-IBRS", "SandyBridge-v2", "SandyBridge-v2",
     "",
     "x2apic tsc-deadline spec-ctrl", kCpuMigrationSafe},
    {"SandyBridge", "SandyBridge-v1", "SandyBridge-v1",
     "",
     "x2apic tsc-deadline", kCpuMigrationSafe},
    {"Penryn-v1", "", "Conroe-v1",
     "+cx16;+sse4-1;+sse4.1;+sse4_1;model-id:Intel Core 2 Duo P9xxx (Penryn Class Core 2);model=23",
     "", kCpuMigrationSafe},
    {"Penryn", "Penryn-v1", "Penryn-v1",
     "",
     "", kCpuMigrationSafe},
    {"Opteron_G5-v1", "", "Opteron_G4-v1",
     "+f16c;+fma;+tbm;model-id:AMD Opteron 63xx class CPU;model=2;stepping=0",
     "misalignsse 3dnowprefetch xop fma4 tbm nrip-save", kCpuMigrationSafe},
    {"Opteron_G5", "Opteron_G5-v1", "Opteron_G5-v1",
     "",
     "misalignsse 3dnowprefetch xop fma4 tbm nrip-save", kCpuMigrationSafe},
    {"Opteron_G4-v1", "", "SandyBridge-v1",
     "+3dnowprefetch;+abm;+fma4;+misalignsse;+npt;+nrip-save;+nrip_save;+pdpe1gb;+sse4a;+svm;+xop;-arat;-tsc-deadline;"
     "-x2apic;-xsaveopt;family=21;min-xlevel=2147483674;model-id:AMD Opteron 62xx class CPU;model=1;stepping=2;"
     "vendor:AuthenticAMD;xlevel=2147483674",
     "misalignsse 3dnowprefetch xop fma4 nrip-save", kCpuMigrationSafe},
    {"Opteron_G4", "Opteron_G4-v1", "Opteron_G4-v1",
     "",
     "misalignsse 3dnowprefetch xop fma4 nrip-save", kCpuMigrationSafe},
    {"Opteron_G3-v1", "", "Opteron_G2-v1",
     "+abm;+misalignsse;+monitor;+popcnt;+rdtscp;+sse4a;family=16;model-id:AMD Opteron 23xx (Gen 3 Class Opteron);"
     "model=2;stepping=3",
     "misalignsse", kCpuMigrationSafe},
    {"Opteron_G3", "Opteron_G3-v1", "Opteron_G3-v1",
     "",
     "misalignsse", kCpuMigrationSafe},
    {"Opteron_G2-v1", "", "Opteron_G1-v1",
     "+cx16;+lahf-lm;+lahf_lm;+svm;min-xlevel=2147483658;model-id:AMD Opteron 22xx (Gen 2 Class Opteron);"
     "xlevel=2147483658",
     "", kCpuMigrationSafe},
    {"Opteron_G2", "Opteron_G2-v1", "Opteron_G2-v1",
     "",
     "", kCpuMigrationSafe},
    {"Opteron_G1-v1", "", "kvm32-v1",
     "+i64;+lm;+nx;+syscall;+xd;model-id:AMD Opteron 240 (Gen 1 Class Opteron);vendor:AuthenticAMD",
     "", kCpuMigrationSafe},
    {"Opteron_G1", "Opteron_G1-v1", "Opteron_G1-v1",
     "",
     "", kCpuMigrationSafe},
    {"Nehalem-v2", "", "Nehalem-v1",
     "+spec-ctrl;model-id:Intel Core i7 9xx (Nehalem Core i7, IBRS update)",
     "spec-ctrl", kCpuMigrationSafe},
    {"Nehalem-v1", "", "Penryn-v1",
     "+popcnt;+sse4-2;+sse4.2;+sse4_2;level=11;min-level=11;model-id:Intel Core i7 9xx (Nehalem Class Core i7);"
     "model=26",
     "", kCpuMigrationSafe},
    {"Nehalem-IBRS", "Nehalem-v2", "Nehalem-v2",
     "",
     "spec-ctrl", kCpuMigrationSafe},
    {"Nehalem", "Nehalem-v1", "Nehalem-v1",
     "",
     "", kCpuMigrationSafe},
    {"KnightsMill-v1", "", "Broadwell-v2",
     "+avx512-4fmaps;+avx512-4vnniw;+avx512-vpopcntdq;+avx512cd;+avx512er;+avx512f;+avx512pf;+pdpe1gb;+ss;-invpcid;"
     "-pcid;-smap;model-id:Intel Xeon Phi Processor (Knights Mill);model=133;stepping=0",
     "x2apic tsc-deadline avx512f rdseed avx512pf avx512er avx512cd avx512-vpopcntdq avx512-4vnniw avx512-4fmaps "
     "3dnowprefetch", kCpuMigrationSafe},
    {"KnightsMill", "KnightsMill-v1", "KnightsMill-v1",
     "",
     "x2apic tsc-deadline avx512f rdseed avx512pf avx512er avx512cd avx512-vpopcntdq avx512-4vnniw avx512-4fmaps "
     "3dnowprefetch", kCpuMigrationSafe},
    {"IvyBridge-v2", "", "SandyBridge-v2",
     "+erms;+f16c;+fsgsbase;+rdrand;+smep;model-id:Intel Xeon E3-12xx v2 (Ivy Bridge, IBRS);model=58;stepping=9",
     "x2apic tsc-deadline spec-ctrl", kCpuMigrationSafe},
    {"IvyBridge-v1", "", "IvyBridge-v2",
     "-spec-ctrl;model-id:Intel Xeon E3-12xx v2 (Ivy Bridge)",
     "x2apic tsc-deadline", kCpuMigrationSafe},
    {"IvyBridge-IBRS", "IvyBridge-v2", "IvyBridge-v2",
     "",
     "x2apic tsc-deadline spec-ctrl", kCpuMigrationSafe},
    {"IvyBridge", "IvyBridge-v1", "IvyBridge-v1",
     "",
     "x2apic tsc-deadline", kCpuMigrationSafe},
    {"Icelake-Server-v6", "", "Icelake-Server-v4",
     "+xsaves",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512ifma avx512cd sha-ni avx512bw avx512vl "
     "avx512vbmi avx512vbmi2 gfni vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq rdpid fsrm spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch wbnoinvd xsavec xsaves rdctl-no ibrs-all skip-l1dfl-vmentry mds-no "
     "pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Icelake-Server-v5", "", "Icelake-Server-v6",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512ifma avx512cd sha-ni avx512bw avx512vl "
     "avx512vbmi avx512vbmi2 gfni vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq rdpid fsrm spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch wbnoinvd xsavec xsaves rdctl-no ibrs-all skip-l1dfl-vmentry mds-no "
     "pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Icelake-Server-v4", "", "Icelake-Server-v3",
     "+avx512ifma;+fsrm;+rdpid;+sha-ni;model=106",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512ifma avx512cd sha-ni avx512bw avx512vl "
     "avx512vbmi avx512vbmi2 gfni vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq rdpid fsrm spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch wbnoinvd xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no pschange-mc-no "
     "taa-no", kCpuMigrationSafe},
    {"Icelake-Server-v3", "", "Icelake-Server-v2",
     "+arch-capabilities;+ibrs-all;+mds-no;+pschange-mc-no;+rdctl-no;+skip-l1dfl-vmentry;+taa-no",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vbmi avx512vbmi2 gfni "
     "vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq spec-ctrl arch-capabilities ssbd 3dnowprefetch wbnoinvd "
     "xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Icelake-Server-v2", "", "Icelake-Server-v1",
     "-hle;-rtm",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vbmi avx512vbmi2 gfni "
     "vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq spec-ctrl ssbd 3dnowprefetch wbnoinvd xsavec", kCpuMigrationSafe},
    {"Icelake-Server-v1", "", "Cascadelake-Server-v1",
     "+avx512-vpopcntdq;+avx512bitalg;+avx512vbmi;+avx512vbmi2;+gfni;+la57;+umip;+vaes;+vpclmulqdq;+wbnoinvd;"
     "model-id:Intel Xeon Processor (Icelake);model=134;stepping=0",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vbmi "
     "avx512vbmi2 gfni vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq spec-ctrl ssbd 3dnowprefetch wbnoinvd "
     "xsavec", kCpuMigrationSafe},
    {"Icelake-Server-noTSX", "Icelake-Server-v2", "Icelake-Server-v2",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vbmi avx512vbmi2 gfni "
     "vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq spec-ctrl ssbd 3dnowprefetch wbnoinvd xsavec", kCpuMigrationSafe},
    {"Icelake-Server", "Icelake-Server-v1", "Icelake-Server-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vbmi "
     "avx512vbmi2 gfni vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq spec-ctrl ssbd 3dnowprefetch wbnoinvd "
     "xsavec", kCpuMigrationSafe},
    {"Haswell-v4", "", "IvyBridge-v2",
     "+abm;+avx2;+bmi1;+bmi2;+fma;+invpcid;+movbe;+pcid;model-id:Intel Core Processor (Haswell, no TSX, IBRS);"
     "model=60;stepping=1",
     "pcid x2apic tsc-deadline invpcid spec-ctrl", kCpuMigrationSafe},
    {"Haswell-v3", "", "Haswell-v4",
     "+hle;+rtm;model-id:Intel Core Processor (Haswell, IBRS);stepping=4",
     "pcid x2apic tsc-deadline hle invpcid rtm spec-ctrl", kCpuMigrationSafe},
    {"Haswell-v2", "", "Haswell-v4",
     "-spec-ctrl;model-id:Intel Core Processor (Haswell, no TSX)",
     "pcid x2apic tsc-deadline invpcid", kCpuMigrationSafe},
    {"Haswell-v1", "", "Haswell-v3",
     "-spec-ctrl;model-id:Intel Core Processor (Haswell)",
     "pcid x2apic tsc-deadline hle invpcid rtm", kCpuMigrationSafe},
    {"Haswell-noTSX-IBRS", "Haswell-v4", "Haswell-v4",
     "",
     "pcid x2apic tsc-deadline invpcid spec-ctrl", kCpuMigrationSafe},
    {"Haswell-noTSX", "Haswell-v2", "Haswell-v2",
     "",
     "pcid x2apic tsc-deadline invpcid", kCpuMigrationSafe},
    {"Haswell-IBRS", "Haswell-v3", "Haswell-v3",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm spec-ctrl", kCpuMigrationSafe},
    {"Haswell", "Haswell-v1", "Haswell-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm", kCpuMigrationSafe},
    {"EPYC-v3", "", "EPYC-v1",
     "+clzero;+ibpb;+perfctr-core;+perfctr_core;+xsaveerptr;+xsaves",
     "rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero xsaveerptr ibpb nrip-save "
     "xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-v2", "", "EPYC-v1",
     "+ibpb;model-id:AMD EPYC Processor (with IBPB)",
     "rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext ibpb nrip-save xsavec", kCpuMigrationSafe},
    {"EPYC-v1", "", "Broadwell-v2",
     "+clflushopt;+cr8legacy;+ffxsr;+fxsr-opt;+fxsr_opt;+misalignsse;+mmxext;+monitor;+npt;+nrip-save;+nrip_save;"
     "+osvw;+pdpe1gb;+sha-ni;+sse4a;+svm;+topoext;+xgetbv1;+xsavec;-erms;-invpcid;-legacy-cache;-pcid;-tsc-deadline;"
     "-x2apic;family=23;min-xlevel=2147483678;model-id:AMD EPYC Processor;model=1;vendor:AuthenticAMD;"
     "xlevel=2147483678",
     "rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext nrip-save xsavec", kCpuMigrationSafe},
    {"EPYC-Rome-v2", "", "EPYC-Rome-v1",
     "+amd-ssbd;+ibrs",
     "rdseed sha-ni rdpid fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero xsaveerptr wbnoinvd "
     "ibpb ibrs amd-stibp amd-ssbd nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-Rome-v1", "", "EPYC-v3",
     "+amd-stibp;+clwb;+rdpid;+umip;+wbnoinvd;model-id:AMD EPYC-Rome Processor;model=49;stepping=0",
     "rdseed sha-ni rdpid fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero xsaveerptr wbnoinvd "
     "ibpb amd-stibp nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-Rome", "EPYC-Rome-v1", "EPYC-Rome-v1",
     "",
     "rdseed sha-ni rdpid fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero xsaveerptr wbnoinvd "
     "ibpb amd-stibp nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-Milan-v1", "", "EPYC-Rome-v2",
     "+erms;+fsrm;+invpcid;+pcid;+pku;+svme-addr-chk;family=25;model-id:AMD EPYC-Milan Processor;model=1;stepping=1",
     "pcid invpcid rdseed sha-ni rdpid fsrm fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero "
     "xsaveerptr wbnoinvd ibpb ibrs amd-stibp amd-ssbd nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-Milan", "EPYC-Milan-v1", "EPYC-Milan-v1",
     "",
     "pcid invpcid rdseed sha-ni rdpid fsrm fxsr-opt misalignsse 3dnowprefetch osvw topoext perfctr-core clzero "
     "xsaveerptr wbnoinvd ibpb ibrs amd-stibp amd-ssbd nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"EPYC-IBPB", "EPYC-v2", "EPYC-v2",
     "",
     "rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext ibpb nrip-save xsavec", kCpuMigrationSafe},
    {"EPYC", "EPYC-v1", "EPYC-v1",
     "",
     "rdseed sha-ni fxsr-opt misalignsse 3dnowprefetch osvw topoext nrip-save xsavec", kCpuMigrationSafe},
    {"Dhyana-v2", "", "Dhyana-v1",
     "+xsaves",
     "rdseed fxsr-opt misalignsse 3dnowprefetch osvw topoext ibpb nrip-save xsavec xsaves", kCpuMigrationSafe},
    {"Dhyana-v1", "", "EPYC-v2",
     "-aes;-pclmuldq;-pclmulqdq;-sha-ni;family=24;model-id:Hygon Dhyana Processor;model=0;stepping=1;"
     "vendor:HygonGenuine",
     "rdseed fxsr-opt misalignsse 3dnowprefetch osvw topoext ibpb nrip-save xsavec", kCpuMigrationSafe},
    {"Dhyana", "Dhyana-v1", "Dhyana-v1",
     "",
     "rdseed fxsr-opt misalignsse 3dnowprefetch osvw topoext ibpb nrip-save xsavec", kCpuMigrationSafe},
    {"Denverton-v3", "", "Denverton-v2",
     "+xsaves",
     "x2apic tsc-deadline rdseed sha-ni spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec xsaves rdctl-no "
     "skip-l1dfl-vmentry", kCpuMigrationSafe},
    {"Denverton-v2", "", "IvyBridge-v2",
     "+3dnowprefetch;+arch-capabilities;+clflushopt;+movbe;+pdpe1gb;+rdctl-no;+rdseed;+sha-ni;+skip-l1dfl-vmentry;"
     "+smap;+ssbd;+xgetbv1;+xsavec;-avx;-f16c;level=21;min-level=21;model-id:Intel Atom Processor (Denverton);"
     "model=95;stepping=1",
     "x2apic tsc-deadline rdseed sha-ni spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no "
     "skip-l1dfl-vmentry", kCpuMigrationSafe},
    {"Denverton-v1", "", "Denverton-v2",
     "+monitor;+mpx",
     "x2apic tsc-deadline rdseed sha-ni spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no "
     "skip-l1dfl-vmentry", kCpuMigrationSafe},
    {"Denverton", "Denverton-v1", "Denverton-v1",
     "",
     "x2apic tsc-deadline rdseed sha-ni spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no "
     "skip-l1dfl-vmentry", kCpuMigrationSafe},
    {"Cooperlake-v2", "", "Cooperlake-v1",
     "+xsaves",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl stibp arch-capabilities ssbd avx512-bf16 3dnowprefetch xsavec xsaves rdctl-no ibrs-all "
     "skip-l1dfl-vmentry mds-no pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Cooperlake-v1", "", "Cascadelake-Server-v2",
     "+avx512-bf16;+pschange-mc-no;+stibp;+taa-no;level-func7=1;model-id:Intel Xeon Processor (Cooperlake);stepping=10",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl stibp arch-capabilities ssbd avx512-bf16 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry "
     "mds-no pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Cooperlake", "Cooperlake-v1", "Cooperlake-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl stibp arch-capabilities ssbd avx512-bf16 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry "
     "mds-no pschange-mc-no taa-no", kCpuMigrationSafe},
    {"Conroe-v1", "", "Opteron_G1-v1",
     "+lahf-lm;+lahf_lm;+ssse3;family=6;level=10;min-level=10;model-id:Intel Celeron_4x0 (Conroe/Merom Class Core 2);"
     "model=15;stepping=3;vendor:GenuineIntel",
     "", kCpuMigrationSafe},
    {"Conroe", "Conroe-v1", "Conroe-v1",
     "",
     "", kCpuMigrationSafe},
    {"Cascadelake-Server-v5", "", "Cascadelake-Server-v4",
     "+xsaves",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch xsavec xsaves rdctl-no ibrs-all skip-l1dfl-vmentry mds-no", kCpuMigrationSafe},
    {"Cascadelake-Server-v4", "", "Cascadelake-Server-v2",
     "-hle;-rtm",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no", kCpuMigrationSafe},
    {"Cascadelake-Server-v3", "", "Cascadelake-Server-v4",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no", kCpuMigrationSafe},
    {"Cascadelake-Server-v2", "", "Cascadelake-Server-v1",
     "+arch-capabilities;+ibrs-all;+mds-no;+rdctl-no;+skip-l1dfl-vmentry",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no", kCpuMigrationSafe},
    {"Cascadelake-Server-v1", "", "Skylake-Server-v2",
     "+avx512vnni;+clflushopt;+ssbd;model-id:Intel Xeon Processor (Cascadelake);stepping=6",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl ssbd 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Cascadelake-Server-noTSX", "Cascadelake-Server-v3", "Cascadelake-Server-v4",
     "",
     "pcid x2apic tsc-deadline invpcid avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni spec-ctrl "
     "arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no ibrs-all skip-l1dfl-vmentry mds-no", kCpuMigrationSafe},
    {"Cascadelake-Server", "Cascadelake-Server-v1", "Cascadelake-Server-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm avx512f avx512dq rdseed avx512cd avx512bw avx512vl avx512vnni "
     "spec-ctrl ssbd 3dnowprefetch xsavec", kCpuMigrationSafe},
    {"Broadwell-v4", "", "Haswell-v4",
     "+3dnowprefetch;+adx;+rdseed;+smap;model-id:Intel Core Processor (Broadwell, no TSX, IBRS);model=61;stepping=2",
     "pcid x2apic tsc-deadline invpcid rdseed spec-ctrl 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-v3", "", "Broadwell-v4",
     "+hle;+rtm;model-id:Intel Core Processor (Broadwell, IBRS)",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed spec-ctrl 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-v2", "", "Broadwell-v4",
     "-spec-ctrl;model-id:Intel Core Processor (Broadwell, no TSX)",
     "pcid x2apic tsc-deadline invpcid rdseed 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-v1", "", "Broadwell-v3",
     "-spec-ctrl;model-id:Intel Core Processor (Broadwell)",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-noTSX-IBRS", "Broadwell-v4", "Broadwell-v4",
     "",
     "pcid x2apic tsc-deadline invpcid rdseed spec-ctrl 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-noTSX", "Broadwell-v2", "Broadwell-v2",
     "",
     "pcid x2apic tsc-deadline invpcid rdseed 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell-IBRS", "Broadwell-v3", "Broadwell-v3",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed spec-ctrl 3dnowprefetch", kCpuMigrationSafe},
    {"Broadwell", "Broadwell-v1", "Broadwell-v1",
     "",
     "pcid x2apic tsc-deadline hle invpcid rtm rdseed 3dnowprefetch", kCpuMigrationSafe},
    {"486-v1", "", "base",
     "+fpu;+hypervisor;+pse;family=4;level=1;min-level=1;model=8;vendor:GenuineIntel",
     "", kCpuMigrationSafe},
    {"486", "486-v1", "486-v1",
     "",
     "", kCpuMigrationSafe},
};

// Properties of "base" that a static expansion shows: the features.
// In an order that makes a QDict of them list as QEMU's.
constexpr std::string_view kFeatures =
    "-3dnow;-amd-no-ssb;-vmx-vmfunc;-abm;-ace2;-ace2-en;-avx512bw;-adx;-aes;-3dnowext;-amd-ssbd;-amd-stibp;-amx-bf16;"
    "-amx-int8;-vmx-invept-single-context-noglobals;-vmx-eptad;-vmx-page-walk-5;-vmx-xsaves;-vmx-exit-save-pat;-avic;"
    "-core-capability;-avx-vnni;-avx2;-avx512-4fmaps;-avx512-4vnniw;-avx512-bf16;-avx512-fp16;-avx512-vp2intersect;"
    "-phe;-avx512bitalg;-acpi;-decodeassists;-avx512dq;-avx512er;-avx512f;-avx512ifma;-avx512pf;-avx512vnni;"
    "-avx512vbmi2;-avx512-vpopcntdq;-avx512vbmi;-kvm-pv-unhalt;-bmi2;-bus-lock-detect;-cid;-sgx-tokenkey;-clflush;"
    "-vmx-entry-load-pkrs;-clwb;-clzero;-cmov;-cmp-legacy;-avx;-vmx-encls-exit;-cx16;-cx8;-dca;-de;-avx512cd;-fxsr;"
    "-ibs;-dtes64;-erms;-est;-extapic;-f16c;family=0;-flushbyasid;-fma;-sgx-kss;-fpu;-fsgsbase;-fsrm;"
    "-full-width-write;-ds;-xstore;-vmx-desc-exit;-hle;-ht;-hypervisor;-ia64;-ibrs;-ibpb;-ibrs-all;-ds-cpl;-intel-pt;"
    "-intel-pt-lip;-sgx-debug;-invtsc;-kvm-asyncpf;-vmx-vnmi;-kvm-hint-dedicated;-kvm-mmu;-vmx-pause-exit;"
    "-kvm-nopiodelay;-kvm-poll-control;-kvm-pv-ipi;-kvm-pv-eoi;-kvm-pv-sched-yield;-kvm-pv-tlb-flush;-bmi1;"
    "-kvm-steal-time;-vmx-zero-len-inject;-kvmclock-stable-bit;-vmx-invept;-lahf-lm;-lbrv;-lm;-lmce;-lwp;-xcrypt;"
    "-mca;-md-clear;-mds-no;min-level=0;min-xlevel=0;-split-lock-detect;-mmx;-mmxext;-sha-ni;-movbe;-monitor;model=0;"
    "-xsaves;-movdiri;-mpx;-mce;-mtrr;-nodeid-msr;-npt;-nrip-save;-nx;-osvw;-pat;-pae;-pause-filter;-pbe;-taa-no;"
    "-pclmulqdq;-pcommit;-vmx-entry-load-bndcfgs;-sgx-mode64;-perfctr-core;-perfctr-nb;-pfthreshold;-pge;-avx512vl;"
    "-vmx-tsc-offset;-pks;-pku;-vmx-entry-noload-debugctl;-pmm-en;-rsba;-pni;-serialize;-pschange-mc-no;-pse;-pse36;"
    "-rdctl-no;-vmx-page-walk-4;-rdseed;-rdrand;-rdtscp;-pn;-rtm;-sep;-vaes;-sgx;-invpcid;-sgx-exinfo;"
    "-vmx-exit-nosave-debugctl;-pdpe1gb;-sgx-provisionkey;-cldemote;-sgx2;-sgx1;-sgxlc;model-id:;-skinit;"
    "-skip-l1dfl-vmentry;-smap;-smep;-smx;-spec-ctrl;-misalignsse;-ss;-ssb-no;-vmx-wbinvd-exit;-sse;-ssbd;-sse4.1;"
    "-sse4.2;-kvm-msi-ext-dest-id;-sse4a;stepping=0;-vmx-msr-bitmap;-svm;-svm-lock;-svme-addr-chk;-syscall;-pcid;"
    "-tbm;-tce;-tm;-tm2;-topoext;-tsc;-tsc-adjust;-tsc-deadline;-tsc-scale;-tsx-ctrl;-tsx-ldtrk;-vmx-store-lma;"
    "-v-vmsave-vmload;-popcnt;-vmx-unrestricted-guest;-vmx-secondary-ctls;-vmx-cr3-load-noexit;-vmcb-clean;-vmx;-vme;"
    "-vmx-activity-hlt;-vmx-activity-shutdown;-vmx-activity-wait-sipi;-vmx-apicv-register;-vmx-apicv-vid;"
    "-vmx-apicv-x2apic;-vmx-apicv-xapic;-virt-ssbd;-vmx-cr3-store-noexit;-vmx-cr8-load-exit;-vmx-cr8-store-exit;"
    "-gfni;-cr8legacy;-vmx-entry-ia32e-mode;-pdcm;-vmx-entry-load-efer;-vmx-entry-load-pat;"
    "-vmx-entry-load-perf-global-ctrl;-clflushopt;-vmx-entry-load-rtit-ctl;-pmm;-vmx-ept;-vmx-ept-1gb;-vmx-ept-2mb;"
    "-vmx-ept-advanced-exitinfo;-vmx-ept-execonly;-apic;-vmx-eptp-switching;-vmx-exit-ack-intr;"
    "-vmx-exit-clear-bndcfgs;-vmx-exit-clear-rtit-ctl;-vmx-exit-load-efer;-vmx-exit-load-pat;"
    "-vmx-exit-load-perf-global-ctrl;-vmx-exit-load-pkrs;-fma4;-vmx-invept-all-context;-arch-lbr;"
    "-vmx-exit-save-preemption-timer;-vmx-flexpriority;-vmx-hlt-exit;-vmx-ins-outs;-vmx-intr-exit;-la57;"
    "-vmx-exit-save-efer;-vmx-invept-single-context;-amx-tile;-vmx-invlpg-exit;-vmx-invpcid-exit;-vmx-invvpid;"
    "-vmx-invvpid-all-context;-vmx-invvpid-single-addr;-vmx-io-bitmap;-vmx-io-exit;-vmx-monitor-exit;-vmx-movdr-exit;"
    "-stibp;-vmx-mtf;-vmx-mwait-exit;-vmx-nmi-exit;-arat;-rdpid;-ssse3;-vmx-ple;-vmx-pml;-vmx-posted-intr;"
    "-vmx-preemption-timer;-vmx-rdpmc-exit;-vmx-rdrand-exit;-vmx-rdseed-exit;-vmx-rdtsc-exit;-vmx-rdtscp-exit;-vgif;"
    "-vmx-shadow-vmcs;-umip;-vmx-true-ctls;-phe-en;-vmx-tsc-scaling;vendor:;-vmx-vintr-pending;-3dnowprefetch;"
    "-vmx-vmwrite-vmexit-fields;-kvm-asyncpf-int;-vmx-vnmi-pending;-vmx-vpid;-sse2;-arch-capabilities;-kvmclock;"
    "-vpclmulqdq;-waitpkg;-wbnoinvd;-wdt;-x2apic;-msr;-xcrypt-en;-xfd;-xgetbv1;-xop;-xsave;-xsavec;-xsaveerptr;"
    "-xsaveopt;-movdir64b;-fxsr-opt;-xstore-en;-xtpr";

// The other properties of "base", with their values.
constexpr std::string_view kSettings =
    "+check;+cpuid-0xb;+fill-mtrr-mask;+full-cpuid-auto-level;+kvm;+l3-cache;+legacy-cache;+tcg-cpuid;"
    "+vmware-cpuid-freq;+x-intel-pt-auto-level;+x-migrate-smi-count;+x-vendor-cpuid-only;-cmp_legacy;-ds_cpl;"
    "-enforce;-ffxsr;-fxsr_opt;-host-phys-bits;-hv-apicv;-hv-avic;-hv-crash;-hv-emsr-bitmap;-hv-enforce-cpuid;"
    "-hv-evmcs;-hv-frequencies;-hv-ipi;-hv-passthrough;-hv-reenlightenment;-hv-relaxed;-hv-reset;-hv-runtime;"
    "-hv-stimer;-hv-stimer-direct;-hv-syndbg;-hv-synic;-hv-time;-hv-tlbflush;-hv-tlbflush-direct;-hv-tlbflush-ext;"
    "-hv-vapic;-hv-vpindex;-hv-xmm-input;-i64;-kvm-no-smi-migration;-kvm-pv-enforce-cpuid;-kvm_asyncpf;"
    "-kvm_asyncpf_int;-kvm_mmu;-kvm_nopiodelay;-kvm_poll_control;-kvm_pv_eoi;-kvm_pv_unhalt;-kvm_steal_time;-lahf_lm;"
    "-nodeid_msr;-nrip_save;-pause_filter;-pclmuldq;-perfctr_core;-perfctr_nb;-pmu;-realized;-sse3;-sse4-1;-sse4-2;"
    "-sse4_1;-sse4_2;-start-powered-off;-svm_lock;-tsc_adjust;-tsc_scale;-vmcb_clean;-x-force-features;"
    "-x-hv-synic-kvm-only;-xd;apic-id=4294967295;core-id=-1;die-id=-1;host-phys-bits-limit=0;"
    "hv-no-nonarch-coresharing:off;hv-spinlocks=4294967295;hv-vendor-id:;hv-version-id-build=14393;"
    "hv-version-id-major=10;hv-version-id-minor=0;hv-version-id-sbranch=0;hv-version-id-snumber=0;"
    "hv-version-id-spack=0;lbr-fmt=18446744073709551552;lbr_fmt=18446744073709551552;level-func7=0;level=0;"
    "memory:/machine/unattached/system[0];min-xlevel2=0;node-id=-1;phys-bits=0;socket-id=-1;thread-id=-1;"
    "tsc-frequency=0;ucode-rev=0;x-hv-max-vps=-1;xlevel2=0;xlevel=0";

// Features that have several names.
constexpr std::string_view kAliases =
    "cmp-legacy cmp_legacy;ds-cpl ds_cpl;ffxsr fxsr-opt fxsr_opt;hv-apicv hv-avic;i64 lm;kvm-asyncpf kvm_asyncpf;"
    "kvm-asyncpf-int kvm_asyncpf_int;kvm-mmu kvm_mmu;kvm-nopiodelay kvm_nopiodelay;kvm-poll-control kvm_poll_control;"
    "kvm-pv-eoi kvm_pv_eoi;kvm-pv-unhalt kvm_pv_unhalt;kvm-steal-time kvm_steal_time;lahf-lm lahf_lm;lbr-fmt lbr_fmt;"
    "nodeid-msr nodeid_msr;nrip-save nrip_save;nx xd;pause-filter pause_filter;pclmuldq pclmulqdq;"
    "perfctr-core perfctr_core;perfctr-nb perfctr_nb;pni sse3;sse4-1 sse4.1 sse4_1;sse4-2 sse4.2 sse4_2;"
    "svm-lock svm_lock;tsc-adjust tsc_adjust;tsc-scale tsc_scale;vmcb-clean vmcb_clean";

// A model that is given one of these features has at least this CPUID leaf.
constexpr CpuLeafFeatures kLeaves[] = {
    {"level-func7", 1,
     "avx-vnni avx512-bf16"},
    {"level", 1,
     "acpi aes apic avx cid clflush cmov cx16 cx8 dca de ds ds-cpl ds_cpl dtes64 est f16c fma fpu fxsr ht hypervisor "
     "ia64 mca mce mmx monitor movbe msr mtrr pae pat pbe pcid pclmuldq pclmulqdq pdcm pge pn pni popcnt pse pse36 "
     "rdrand sep smx ss sse sse2 sse3 sse4-1 sse4-2 sse4.1 sse4.2 sse4_1 sse4_2 ssse3 tm tm2 tsc tsc-deadline vme vmx "
     "x2apic xsave xtpr"},
    {"level", 6,
     "arat"},
    {"level", 7,
     "adx avx-vnni avx2 avx512-bf16 avx512-vpopcntdq avx512bitalg avx512bw avx512cd avx512dq avx512er avx512f "
     "avx512ifma avx512pf avx512vbmi avx512vbmi2 avx512vl avx512vnni bmi1 bmi2 bus-lock-detect cldemote clflushopt "
     "clwb erms fsgsbase gfni hle invpcid la57 movdir64b movdiri mpx pcommit pks pku rdpid rdseed rtm sgxlc sha-ni "
     "smap smep tsc-adjust tsc_adjust umip vaes vpclmulqdq waitpkg"},
    {"level", 13,
     "xfd xgetbv1 xsavec xsaveopt xsaves"},
    {"level", 18,
     "sgx"},
    {"level", 20,
     "intel-pt"},
    {"xlevel", 0x80000001u,
     "3dnow 3dnowext 3dnowprefetch abm cmp-legacy cmp_legacy cr8legacy extapic ffxsr fma4 fxsr-opt fxsr_opt i64 ibs "
     "lahf-lm lahf_lm lm lwp misalignsse mmxext nodeid-msr nodeid_msr nx osvw pdpe1gb perfctr-core perfctr-nb "
     "perfctr_core perfctr_nb rdtscp skinit sse4a syscall tbm tce topoext wdt xd xop"},
    {"xlevel", 0x80000007u,
     "invtsc"},
    {"xlevel", 0x80000008u,
     "amd-no-ssb amd-ssbd amd-stibp clzero ibpb ibrs virt-ssbd wbnoinvd xsaveerptr"},
    {"xlevel", 0x8000000au,
     "svm"},
    {"xlevel2", 0xc0000001u,
     "ace2 ace2-en phe phe-en pmm pmm-en xcrypt xcrypt-en xstore xstore-en"},
};

// Features that only hardware virtualization has: asking for them changes nothing.
constexpr std::string_view kOnlyHardware =
    "avic decodeassists flushbyasid full-width-write ibrs-all intel-pt-lip kvm-asyncpf kvm-asyncpf-int kvm-mmu "
    "kvm-msi-ext-dest-id kvm-nopiodelay kvm-poll-control kvm-pv-eoi kvm-pv-ipi kvm-pv-sched-yield kvm-pv-tlb-flush "
    "kvm-pv-unhalt kvm-steal-time kvm_asyncpf kvm_asyncpf_int kvm_mmu kvm_nopiodelay kvm_poll_control kvm_pv_eoi "
    "kvm_pv_unhalt kvm_steal_time kvmclock kvmclock-stable-bit lbrv mds-no npt nrip-save nrip_save pause-filter "
    "pause_filter pfthreshold pschange-mc-no rdctl-no rsba skip-l1dfl-vmentry split-lock-detect ssb-no svm-lock "
    "svm_lock svme-addr-chk taa-no tsc-scale tsc_scale tsx-ctrl v-vmsave-vmload vgif vmcb-clean vmcb_clean "
    "vmx-activity-hlt vmx-activity-shutdown vmx-activity-wait-sipi vmx-apicv-register vmx-apicv-vid vmx-apicv-x2apic "
    "vmx-apicv-xapic vmx-cr3-load-noexit vmx-cr3-store-noexit vmx-cr8-load-exit vmx-cr8-store-exit vmx-desc-exit "
    "vmx-encls-exit vmx-entry-ia32e-mode vmx-entry-load-bndcfgs vmx-entry-load-efer vmx-entry-load-pat "
    "vmx-entry-load-perf-global-ctrl vmx-entry-load-pkrs vmx-entry-load-rtit-ctl vmx-entry-noload-debugctl vmx-ept "
    "vmx-ept-1gb vmx-ept-2mb vmx-ept-advanced-exitinfo vmx-ept-execonly vmx-eptad vmx-eptp-switching "
    "vmx-exit-ack-intr vmx-exit-clear-bndcfgs vmx-exit-clear-rtit-ctl vmx-exit-load-efer vmx-exit-load-pat "
    "vmx-exit-load-perf-global-ctrl vmx-exit-load-pkrs vmx-exit-nosave-debugctl vmx-exit-save-efer vmx-exit-save-pat "
    "vmx-exit-save-preemption-timer vmx-flexpriority vmx-hlt-exit vmx-ins-outs vmx-intr-exit vmx-invept "
    "vmx-invept-all-context vmx-invept-single-context vmx-invept-single-context-noglobals vmx-invlpg-exit "
    "vmx-invpcid-exit vmx-invvpid vmx-invvpid-all-context vmx-invvpid-single-addr vmx-io-bitmap vmx-io-exit "
    "vmx-monitor-exit vmx-movdr-exit vmx-msr-bitmap vmx-mtf vmx-mwait-exit vmx-nmi-exit vmx-page-walk-4 "
    "vmx-page-walk-5 vmx-pause-exit vmx-ple vmx-pml vmx-posted-intr vmx-preemption-timer vmx-rdpmc-exit "
    "vmx-rdrand-exit vmx-rdseed-exit vmx-rdtsc-exit vmx-rdtscp-exit vmx-secondary-ctls vmx-shadow-vmcs vmx-store-lma "
    "vmx-true-ctls vmx-tsc-offset vmx-tsc-scaling vmx-unrestricted-guest vmx-vintr-pending vmx-vmfunc "
    "vmx-vmwrite-vmexit-fields vmx-vnmi vmx-vnmi-pending vmx-vpid vmx-wbinvd-exit vmx-xsaves vmx-zero-len-inject";

}  // namespace

std::span<const CpuModelRow> cpu_model_table() { return kModels; }
std::span<const CpuLeafFeatures> cpu_leaf_features() { return kLeaves; }
std::string_view cpu_base_features() { return kFeatures; }
std::string_view cpu_base_settings() { return kSettings; }
std::string_view cpu_feature_aliases() { return kAliases; }
std::string_view cpu_hardware_features() { return kOnlyHardware; }

}  // namespace rhea
