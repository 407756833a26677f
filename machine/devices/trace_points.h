#pragma once
/// The trace points of the board's devices: what the guest does to their registers, and what they tell it.
#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kDeviceTracePoints[] = {
    "fdc_ioport_read",       "fdc_ioport_write",        "serial_read",         "serial_write",        "vga_std_read_io",
    "vga_std_write_io",      "vga_vbe_read",            "vga_vbe_write",       "port92_read",         "port92_write",
    "ide_ioport_read",       "ide_ioport_write",        "ide_status_read",     "ide_ctrl_write",      "ide_data_readw",
    "ide_data_writew",       "ide_data_readl",          "ide_data_writel",     "ide_exec_cmd",        "ide_reset",
    "pckbd_kbd_read_data",   "pckbd_kbd_read_status",   "pckbd_outport_write", "pckbd_kbd_write_command",
    "pckbd_kbd_write_data",  "ps2_write_keyboard",      "ps2_write_mouse",     "ps2_kbd_reset",       "ps2_mouse_reset",
    "pic_update_irq",        "pic_set_irq",             "pic_interrupt",       "pic_ioport_write",    "pic_ioport_read",
    "ioapic_mem_read",       "ioapic_mem_write",        "ioapic_set_irq",      "fw_cfg_select",       "fw_cfg_read",
    "pci_cfg_read",          "pci_cfg_write",           "virtio_set_status",
};

template <TraceName Name, class... Values>
void trace_device(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kDeviceTracePoints, Name>(format, values...);
}

}  // namespace rhea
