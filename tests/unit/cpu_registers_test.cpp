/// The registers of a CPU that has been reset, as the human monitor shows them.
#include <catch2/catch.hpp>

#include "machine/cpu_registers.h"
#include "machine/local_apic.h"

using namespace rhea;

TEST_CASE("after a reset a CPU stands at the reset vector and has its signature in EDX", "[cpu]") {
    CpuRegisters registers;
    registers.general[CpuRegisters::eax] = 5;
    registers.reset(0x60fb1, true);
    CHECK(registers.find("eip") == 0xfff0);
    CHECK(registers.find("pc") == 0xfffffff0);
    CHECK(registers.find("edx") == 0x60fb1);
    CHECK(registers.find("eax") == 0);
    CHECK(registers.find("cs") == 0xf000);
    CHECK(registers.find("cs.base") == 0xffff0000);
    CHECK(registers.find("ds.limit") == 0xffff);
    CHECK(registers.find("r15") == 0);
    CHECK_FALSE(registers.paging());
}

TEST_CASE("a register has the monitor's name or none", "[cpu]") {
    CpuRegisters registers;
    registers.general[CpuRegisters::esp] = 0x7c00;
    CHECK(registers.find("sp") == 0x7c00);
    for (const char* name : {"", "ax", "rax", "r7", "r16", "r8d", "cr0", "cs.flags", "gdt.base", "csx"}) CHECK_FALSE(registers.find(name));
}

TEST_CASE("flags are shown by their letters, and a CPU that waits for its start as halted", "[cpu]") {
    CpuRegisters registers;
    registers.reset(0, false);
    CHECK(registers.dump(true).find("EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1\n") != std::string::npos);
    registers.eflags = 0xcd7;
    registers.halted = false;
    CHECK(registers.dump(false).find("EFL=00000cd7 [DOSZAPC] CPL=0 II=0 A20=0 SMM=0 HLT=0\n") != std::string::npos);
}

TEST_CASE("a local APIC shows what its registers hold", "[cpu]") {
    LocalApic apic;
    apic.id = 1;
    apic.lvt[LocalApic::timer] = 0x20030;      // periodic, vector 0x30
    apic.isr[1] = 1;
    const std::string text = apic.dump();
    CHECK(text.substr(0, 40) == "dumping local APIC state for CPU 1 \n\nLVT");
    CHECK(text.find("LVTT\t 0x00020030 active-hi edge                 periodic     Fixed  (vec 48)\n") != std::string::npos);
    CHECK(text.find("ISR\t 32 \nIRR\t (none)\n") != std::string::npos);
}
