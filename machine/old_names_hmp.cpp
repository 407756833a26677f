/// Names that commands of the human monitor once had. They work on and are listed nowhere but in docs/compatibility.md.
#include "machine/hmp_forward.h"
#include "machine/machine.h"

namespace rhea {

namespace {

/// Carries a line of today's out instead.
void instead(HmpCall& call, const std::string& line) {
    auto self = call.shared_from_this();
    call.engine().hmp().run(line, call.state(), [self](std::string&& output, bool) { self->write_raw(output); });
}

void set_speed(Machine&, HmpCall& call) { call.run("migrate-set-parameters", {{"max-bandwidth", call.arguments.number("value")}}); }
void set_downtime(Machine&, HmpCall& call) { instead(call, "migrate_set_parameter downtime-limit " + call.arguments.text("value")); }
void usb_add(Machine&, HmpCall& call) { instead(call, "device_add usb-" + call.arguments.text("devname")); }
void device_del(Machine&, HmpCall& call) { instead(call, "device_del " + call.arguments.text("id")); }
/// "auto nic model=e1000,…", "auto storage …"
void pci_add(Machine&, HmpCall& call) {
    std::string options = call.arguments.text("opts");
    if (call.arguments.text("type") == "storage") return instead(call, "drive_add " + call.arguments.text("pci_addr") + " " + options);
    if (call.arguments.text("type") != "nic") return call.print("invalid type: {}\n", call.arguments.text("type"));
    if (options.compare(0, 6, "model=") == 0) options.erase(0, 6);
    else options.insert(0, options.empty() ? "e1000" : "e1000,");
    instead(call, "device_add " + options);
}
void net_add(Machine&, HmpCall& call) { instead(call, "netdev_add " + call.arguments.text("device") + (call.arguments.has("opts") ? "," + call.arguments.text("opts") : "")); }
void net_remove(Machine&, HmpCall& call) { instead(call, "netdev_del " + call.arguments.text("device")); }
/// CPUs come and go as devices.
void cpu_set(Machine& machine, HmpCall& call) {
    const std::string& status = call.arguments.text("state");
    if (status != "online" && status != "offline") return call.print("invalid status: {}\n", status);
    const bool there = machine.find_cpu(call.arguments.number("cpu")) != nullptr;
    if (there != (status == "online")) call.write(there ? "CPU cannot be taken offline\n" : "invalid CPU index\n");
}
/// Access lists of VNC and the like. There is none that a name could mean.
void no_list(Machine&, HmpCall& call) { call.print("acl: unknown list '{}'\n", call.arguments.text("aclname")); }

void pcmcia(Machine&, HmpCall& call) { call.write("No PCMCIA sockets\n"); }

constexpr HmpCommand kCommands[] = {
    hmp_command<set_speed>("migrate_set_speed", "o value", "value", "").hidden(),
    hmp_command<set_downtime>("migrate_set_downtime", "s value", "value", "").hidden(),
    hmp_command<usb_add>("usb_add", "s devname", "device", "").hidden(),
    hmp_command<device_del>("usb_del", "s id", "device", "").hidden(),
    hmp_command<device_del>("pci_del", "s id", "device", "").hidden(),
    hmp_command<pci_add>("pci_add", "s pci_addr, s type, s? opts", "auto|[[<domain>:]<bus>:]<slot> nic|storage [opts]", "").hidden(),
    hmp_command<net_add>("host_net_add", "s device, s? opts", "type [options]", "").hidden(),
    hmp_command<net_remove>("host_net_remove", "s device", "id", "").hidden(),
    hmp_command<cpu_set>("cpu_set", "i cpu, s state", "cpu online|offline", "").hidden(),
    hmp_command<no_list>("acl_add", "s aclname, s match, s policy, i? index", "aclname match allow|deny [index]", "").hidden(),
    hmp_command<no_list>("acl_policy", "s aclname, s policy", "aclname allow|deny", "").hidden(),
    hmp_command<no_list>("acl_remove", "s aclname, s match", "aclname match", "").hidden(),
    hmp_command<no_list>("acl_reset", "s aclname", "aclname", "").hidden(),
    hmp_command<no_list>("acl_show", "s aclname", "aclname", "").hidden(),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<pcmcia>("pcmcia", "", "", "").hidden(),
};

}  // namespace

void add_old_names_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
}

}  // namespace rhea
