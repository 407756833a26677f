#include <catch2/catch.hpp>

#include "machine/devices/i8042.h"
#include "machine/devices/i8254.h"
#include "machine/devices/i8259.h"
#include "machine/devices/io_apic.h"
#include "machine/devices/pc_speaker.h"
#include "machine/devices/piix4_pm.h"
#include "machine/devices/port92.h"
#include "machine/gsi.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

TEST_CASE("the keyboard controller resets the machine by its pulse command and its output port", "[board]") {
    MachineRig rig;
    I8042 controller(rig.ports, IrqLine(rig.irqs, 1), IrqLine(rig.irqs, 12), rig.control);
    rig.outb(0x64, 0xfe);
    CHECK(rig.control.take() == Texts{"reset guest-reset"});
    rig.outb(0x64, 0xff);
    rig.outb(0x64, 0xf1);
    CHECK(rig.control.take().empty());
    rig.outb(0x64, 0xd1);
    rig.outb(0x60, 0xdd);
    CHECK(rig.control.take() == Texts{"a20 off"});
    rig.outb(0x64, 0xd1);
    rig.outb(0x60, 0x02);
    CHECK(rig.control.take() == Texts{"a20 on", "reset guest-reset"});
}

TEST_CASE("the keyboard controller answers its self test with an interrupt", "[board]") {
    MachineRig rig;
    I8042 controller(rig.ports, IrqLine(rig.irqs, 1), IrqLine(rig.irqs, 12), rig.control);
    CHECK(rig.inb(0x64) == 0x18);
    rig.outb(0x64, 0xaa);
    CHECK(rig.irqs.take() == Texts{"1 up"});
    CHECK(rig.inb(0x64) == 0x1d);
    CHECK(rig.inb(0x60) == 0x55);
    CHECK(rig.irqs.take() == Texts{"1 down"});
    CHECK(rig.inb(0x64) == 0x1c);
    rig.outb(0x64, 0x60);
    rig.outb(0x60, 0x45);
    rig.outb(0x64, 0x20);
    CHECK(rig.inb(0x60) == 0x45);
    rig.outb(0x64, 0xd0);
    CHECK(rig.inb(0x60) == 0xcf);
    rig.outb(0x64, 0xd3);
    rig.irqs.take();
    rig.outb(0x60, 0x77);
    CHECK(rig.inb(0x64) == 0x3d);
    CHECK(rig.inb(0x60) == 0x77);
}

TEST_CASE("bytes of a keyboard each make an edge, and no more than fit are kept", "[board]") {
    MachineRig rig;
    I8042 controller(rig.ports, IrqLine(rig.irqs, 1), IrqLine(rig.irqs, 12), rig.control);
    CHECK(controller.received_from_keyboard(0x1e));
    CHECK(controller.received_from_keyboard(0x9e));
    CHECK(rig.inb(0x60) == 0x1e);
    CHECK(rig.irqs.take() == Texts{"1 up", "1 down", "1 up"});
    CHECK(rig.inb(0x60) == 0x9e);
    for (int i = 0; i < 256; ++i) CHECK(controller.received_from_mouse(1));
    CHECK_FALSE(controller.received_from_mouse(1));
}

TEST_CASE("port 0x92 resets when bit 0 goes up, and reads back", "[board]") {
    MachineRig rig;
    Port92 port(rig.ports, rig.control);
    CHECK(rig.inb(0x92) == 0);
    rig.outb(0x92, 0x02);
    CHECK(rig.control.take() == Texts{"a20 on"});
    rig.outb(0x92, 0xff);
    CHECK(rig.control.take() == Texts{"a20 on", "reset guest-reset"});
    rig.outb(0x92, 0xff);
    CHECK(rig.control.take() == Texts{"a20 on"});
    port.reset();
    CHECK(rig.inb(0x92) == 0xfe);
}

TEST_CASE("a counter runs down at 1193182 Hz and can be latched", "[board][pit]") {
    MachineRig rig;
    I8254 pit(rig.ports, rig.clocks, IrqLine(rig.irqs, 0));
    rig.outb(0x43, 0x34);  // counter 0, both bytes, mode 2
    rig.outb(0x40, 0x00);
    rig.outb(0x40, 0x10);
    rig.advance(1'000'000);  // 1193 ticks
    rig.outb(0x43, 0x00);
    rig.advance(1'000'000);
    const auto low = rig.inb(0x40), high = rig.inb(0x40);
    CHECK((high << 8 | low) == 0x1000 - 1193);
    const auto now_low = rig.inb(0x40);
    CHECK(now_low == ((0x1000 - 2386) & 0xff));
    rig.outb(0x43, 0xe2);  // read back the status
    CHECK(rig.inb(0x40) == 0x34);
}

TEST_CASE("counter 2 sounds at port 0x61", "[board][pit]") {
    MachineRig rig;
    I8254 pit(rig.ports, rig.clocks, IrqLine(rig.irqs, 0));
    PcSpeaker speaker(rig.ports, pit);
    CHECK((rig.inb(0x61) & 0x2f) == 0x20);
    rig.outb(0x43, 0xb0);  // mode 0: low until the count ends
    rig.outb(0x42, 0xe8);
    rig.outb(0x42, 0x03);
    rig.outb(0x61, 0x01);
    CHECK((rig.inb(0x61) & 0x2f) == 0x01);
    rig.advance(900'000);
    CHECK((rig.inb(0x61) & 0x20) == 0x20);
    CHECK((rig.inb(0x61) ^ rig.inb(0x61)) == 0x10);
}

namespace {

struct PicRig : MachineRig {
    IrqLog cpu;
    I8259 master{ports, I8259::kMaster, IrqLine(cpu, 0)};
    I8259 slave{ports, I8259::kSlave, IrqLine(master, I8259::kCascade)};
    PicPair pair{master, slave};

    PicRig() {
        master.cascade(slave);
        for (const auto& [base, vector, wiring] : {std::tuple{0x20u, 0x08u, 0x04u}, {0xa0u, 0x70u, 0x02u}}) {
            outb(base, 0x11);
            outb(base + 1, vector);
            outb(base + 1, wiring);
            outb(base + 1, 0x01);
        }
    }
};

}  // namespace

TEST_CASE("interrupts are acknowledged in the order of their priority", "[board][pic]") {
    PicRig rig;
    rig.pair.set_irq(4, true);
    rig.pair.set_irq(1, true);
    rig.pair.set_irq(8, true);
    CHECK(rig.cpu.take() == Texts{"0 up"});
    CHECK(rig.master.acknowledge() == 0x09);
    CHECK(rig.cpu.take() == Texts{"0 down"});
    rig.outb(0x20, 0x20);
    CHECK(rig.cpu.take() == Texts{"0 up"});
    CHECK(rig.master.acknowledge() == 0x70);
    rig.outb(0xa0, 0x20);
    rig.outb(0x20, 0x20);
    CHECK(rig.master.acknowledge() == 0x0c);
    rig.outb(0x20, 0x0b);
    CHECK(rig.inb(0x20) == 0x10);  // in service
    rig.outb(0x20, 0x64);
    CHECK(rig.inb(0x20) == 0x00);
    CHECK(rig.master.acknowledge() == 0x0f);  // spurious
}

TEST_CASE("a masked interrupt waits, and a level triggered one comes again while it is high", "[board][pic]") {
    PicRig rig;
    rig.outb(0x21, 0x10);
    rig.pair.set_irq(4, true);
    CHECK(rig.cpu.take().empty());
    rig.outb(0x21, 0x00);
    CHECK(rig.cpu.take() == Texts{"0 up"});
    CHECK(rig.master.acknowledge() == 0x0c);
    rig.outb(0x20, 0x20);
    rig.outb(0x4d1, 0xff);
    CHECK(rig.inb(0x4d1) == 0xde);
    rig.pair.set_irq(11, true);
    CHECK(rig.master.acknowledge() == 0x73);
    rig.outb(0xa0, 0x20);
    rig.outb(0x20, 0x20);
    CHECK(rig.master.acknowledge() == 0x73);
    rig.pair.set_irq(11, false);
    rig.outb(0xa0, 0x20);
    rig.outb(0x20, 0x20);
    rig.outb(0x20, 0x0a);
    CHECK(rig.inb(0x20) == 0x00);
    rig.pair.set_irq(11, true);
    CHECK(rig.cpu.take().back() == "0 up");
}

TEST_CASE("the I/O APIC sends a message for an unmasked pin, and interrupt 0 is on pin 2", "[board][ioapic]") {
    MachineRig rig;
    std::vector<unsigned> vectors;
    IoApic apic(rig.memory, [&](const ApicMessage& message) { vectors.push_back(message.vector); });
    const auto put = [&](unsigned reg, std::uint32_t value) {
        rig.memory.write(IoApic::kAddress, reg, 4);
        rig.memory.write(IoApic::kAddress + 0x10, value, 4);
    };
    const auto get = [&](unsigned reg) {
        rig.memory.write(IoApic::kAddress, reg, 4);
        return rig.memory.read(IoApic::kAddress + 0x10, 4);
    };
    CHECK(get(1) == 0x00170020);
    CHECK(get(0x10) == 0x00010000);
    apic.set_irq(0, true);
    CHECK(vectors.empty());
    apic.set_irq(0, false);
    put(0x14, 0x31);
    apic.set_irq(0, true);
    apic.set_irq(0, true);
    CHECK(vectors == std::vector<unsigned>{0x31});
    put(0x26, 0x0000804b);  // pin 11, level
    apic.set_irq(11, true);
    apic.set_irq(11, true);
    CHECK(vectors == std::vector<unsigned>{0x31, 0x4b});
    CHECK((get(0x26) & 0x4000) == 0x4000);
    apic.end_of_interrupt(0x4b);
    CHECK(vectors.size() == 3);
    apic.set_irq(11, false);
    apic.end_of_interrupt(0x4b);
    CHECK(vectors.size() == 3);
}

namespace {

struct PowerRig : MachineRig {
    PciBus bus{"pci.0", ports, memory};
    Piix4Pm power{ports, clocks, IrqLine(irqs, 9), control};
    PowerRig() {
        REQUIRE(bus.plug(power, 1 << 3 | 3));
        enable();
    }
    void enable() {
        power.config_write(0x40, 0xb001, 4);
        power.config_write(0x80, 1, 1);
    }
};

}  // namespace

TEST_CASE("the sleep types of PM1 control end, suspend or change nothing", "[board][acpi]") {
    PowerRig rig;
    rig.outw(0xb004, 0x2000);
    CHECK(rig.control.take() == Texts{"shutdown guest-shutdown"});
    rig.outw(0xb004, 0x2400);
    CHECK(rig.control.take() == Texts{"suspend"});
    rig.outw(0xb004, 0x2800);
    CHECK(rig.control.take() == Texts{"suspend to disk"});
    rig.outw(0xb004, 0x2c00);
    rig.outw(0xb004, 0x0400);
    CHECK(rig.control.take().empty());
    CHECK(rig.inw(0xb004) == 0x0400);
    rig.outb(0xb2, 0xf1);
    CHECK(rig.inw(0xb004) == 0x0401);
    rig.outb(0xb2, 0xf0);
    CHECK(rig.inw(0xb004) == 0x0400);
}

TEST_CASE("the power button sets a status bit, and interrupts when that is enabled", "[board][acpi]") {
    PowerRig rig;
    rig.power.acpi().pm1().press_power_button();
    CHECK(rig.irqs.take().empty());
    CHECK((rig.inw(0xb000) & 0x100) == 0x100);
    rig.outw(0xb002, 0x100);
    CHECK(rig.irqs.take() == Texts{"9 up"});
    rig.outw(0xb000, 0x100);
    CHECK(rig.irqs.take() == Texts{"9 down"});
    rig.power.reset();
    rig.power.acpi().pm1().woken(WakeupCause::other);
    CHECK(rig.inw(0xb000) == 0xffff);  // a reset takes the registers out of the port space
    rig.enable();
    CHECK(rig.inw(0xb000) == 0x8101);
}

TEST_CASE("the power management timer counts 3579545 times a second and interrupts at half turns", "[board][acpi]") {
    PowerRig rig;
    rig.outw(0xb000, 0x0001);
    rig.advance(kSecond);
    CHECK(rig.inl(0xb008) == 0x369e99);
    CHECK((rig.inw(0xb000) & 1) == 0);
    rig.outw(0xb002, 0x0001);
    rig.advance(1'343'489'000);  // 2^23 ticks are 2.3434844 s
    CHECK(rig.irqs.take() == Texts{"9 up"});
    rig.outw(0xb000, 0x0001);
    CHECK(rig.irqs.take() == Texts{"9 down"});
    CHECK((rig.inl(0xb008) & 0x800000) == 0x800000);
    rig.advance(2'343'489'000);
    CHECK(rig.irqs.take() == Texts{"9 up"});
}
