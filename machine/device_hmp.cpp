/// The human monitor's commands for devices and objects.
#include "json/exact_parser.h"
#include "json/writer.h"
#include "machine/cli/tree.h"
#include "machine/device_help.h"
#include "machine/devices/pcie_port.h"
#include "machine/not_yet.h"
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/qom/tree_text.h"

namespace rhea {

namespace {

/// "driver,prop=value" as members of a QMP command; nothing after an error was printed.
std::optional<QDict> parse_words(HmpCall& call, std::string_view name, std::string_view implied) {
    const auto options = Options::parse(call.arguments.text(name), implied);
    if (!call.ok(options)) return std::nullopt;
    QDict members = options->to_qdict();
    if (options->id()) members.put("id", *options->id());
    return members;
}

void device_add(Machine&, HmpCall& call) {
    const std::string& text = call.arguments.text("device");
    if (text == "help" || text == "?") return call.write(device_types_text());
    if (const std::size_t comma = text.find(','); comma != text.npos && (text.substr(comma) == ",help" || text.substr(comma) == ",?")) {
        const auto options = device_options_text(std::string_view(text).substr(0, comma));
        if (call.ok(options)) call.write(*options);
        return;
    }
    const auto members = parse_words(call, "device", "driver");
    if (!members) return;
    if (!members->contains("driver")) return call.error(Error::missing_parameter("driver"));
    call.run("device_add", *members);
}

void object_add(Machine&, HmpCall& call) {
    const std::string& text = call.arguments.text("object");
    if (text == "help" || text == "?") return call.write(object_types_text());
    const auto members = cli::parse_tree(text, "qom-type");
    if (call.ok(members)) call.run("object-add", *members);
}

void qom_list(Machine&, HmpCall& call) {
    if (!call.arguments.has("path")) return call.write("/\n");
    const auto list = call.ask("qom-list", hmp_arguments(call, "path"));
    if (!call.ok(list)) return;
    for (const QObject& property : hmp_list(*list)) call.print("{} ({})\n", hmp_text(property, "name"), hmp_text(property, "type"));
}

void qom_get(Machine&, HmpCall& call) {
    const auto value = call.ask("qom-get", hmp_arguments(call, "path property"));
    if (!call.ok(value)) return;
    std::string text;
    json::Writer(text, true).value(*value);
    call.print("{}\n", text);
}

/// A value is text in the form of the property's type ("on", "1G"), or JSON with -j.
void qom_set(Machine& machine, HmpCall& call) {
    const HmpArguments& a = call.arguments;
    QDict arguments = hmp_arguments(call, "path property value");
    if (a.flag("json")) {
        auto value = json::parse_exactly(a.text("value"));
        if (!call.ok(value)) return;
        arguments.put("value", std::move(*value));
        return call.run("qom-set", arguments);
    }
    qom::Object* object = machine.devices().find(a.text("path"));
    if (!object) return call.run("qom-set", arguments);      // the command tells why
    call.ok(object->set(a.text("property"), QObject(a.text("value")), InputMode::keyval));
}

/// Of the functions that know PCI Express none reports errors.
void pcie_error(Machine& machine, HmpCall& call) {
    const std::string& id = call.arguments.text("id");
    const auto* device = dynamic_cast<const PciDevice*>(machine.devices().find_id(id));
    if (!device) return call.print("id or pci device path is invalid or device not found. {}\n", id);
    if (!find_express(*device)) return call.print("the device doesn't support pci express. {}\n", id);
    call.print("Error: {}\n", not_supported("pcie_aer_inject_error").description());
}

void device_types(Machine&, HmpCall& call) { call.write(device_types_text()); }

void device_tree(Machine& machine, HmpCall& call) { call.write(device_tree_text(machine.system_bus())); }

void object_tree(Machine& machine, HmpCall& call) {
    const std::string path = call.arguments.has("path") ? call.arguments.text("path") : "/machine";
    qom::Node node;
    switch (qom::resolve(machine.devices().root(), path, node)) {
    case qom::Found::one: return call.write(object_tree_text(node));
    case qom::Found::nothing: return call.print("Path '{}' could not be resolved.\n", path);
    default: return call.print("Error: Path '{}' is ambiguous.\n", path);
    }
}

void complete_devices(HmpCompletion& completion) {
    const QObject list = completion.ask("qom-list", {{"path", "/machine/peripheral"}});
    for (const QObject& device : hmp_list(list))
        if (hmp_text(device, "name") != "type") completion.add(hmp_text(device, "name"));
}
void complete_types(HmpCompletion& completion, const char* implements) {
    const QObject list = completion.ask("qom-list-types", {{"implements", implements}, {"abstract", false}});
    for (const QObject& type : hmp_list(list)) completion.add(hmp_text(type, "name"));
}
void complete_device_types(HmpCompletion& completion) { complete_types(completion, "device"); }
void complete_object_types(HmpCompletion& completion) { complete_types(completion, "user-creatable"); }
void complete_objects(HmpCompletion& completion) {
    const QObject list = completion.ask("qom-list", {{"path", "/objects"}});
    for (const QObject& object : hmp_list(list))
        if (hmp_text(object, "name") != "type") completion.add(hmp_text(object, "name"));
}
void complete_on_off(HmpCompletion& completion) {
    completion.add("on");
    completion.add("off");
}

constexpr HmpCommand kCommands[] = {
    hmp_command<device_add>("device_add", "O device@device-type", "driver[,prop=value][,...]", "add a device, described as for -device")
        .needing("device_add"),
    hmp_forward<"device_del", "id">("device_del", "s id@device", "device", "take a device out"),
    hmp_command<object_add>("object_add", "S object@object-type", "[qom-type=]type,id=str[,prop=value][,...]", "make an object")
        .needing("object-add"),
    hmp_forward<"object-del", "id">("object_del", "s id@object", "id", "end an object"),
    hmp_command<qom_list>("qom-list", "s? path", "path", "list an object's properties").needing("qom-list").preconfig(),
    hmp_command<qom_get>("qom-get", "s path, s property", "path property", "print a property").needing("qom-get").preconfig(),
    hmp_command<qom_set>("qom-set", "-j json, s path, s property, S value", "[-j] path property value",
                         "set a property (-j: the value is JSON)").needing("qom-set").preconfig(),
    hmp_command<pcie_error>(
        "pcie_aer_inject_error",
        "-a advisory, -c correctable, s id, s error_status, i? header0, i? header1, i? header2, i? header3, i? prefix0, i? prefix1, "
        "i? prefix2, i? prefix3",
        "[-a] [-c] id <error_status> [<tlp header> [<tlp header prefix>]]",
        "report a PCI Express error of a device (-a: advisory; -c: correctable)"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<device_types>("qdm", "", "", "show the types of devices"),
    hmp_command<device_tree>("qtree", "", "", "show the buses, and the devices on them"),
    hmp_command<object_tree>("qom-tree", "s? path", "[path]", "show the tree of objects"),
};

constexpr HmpCompleter kCompleters[] = {
    {"device", complete_devices}, {"device-type", complete_device_types}, {"object", complete_objects},
    {"object-type", complete_object_types}, {"on-off", complete_on_off},
};

}  // namespace

void add_device_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
