#include <algorithm>

#include <fmt/format.h>

#include "machine/machine.h"
#include "machine/objects/iothread.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/options.h"
#include "machine/objects/user_creatable.h"
#include "machine/qom/basic_types.h"
#include "monitor/command_table.h"
#include "qobject/hash_order.h"
#include "qobject/keyval.h"

namespace rhea {

using objects::ObjectOptions;

struct ObjectDel { std::string id; };
struct Memdev {
    std::optional<std::string> id;
    std::uint64_t size = 0;
    bool merge = false, dump = false, prealloc = false, share = false;
    std::optional<bool> reserve;
    std::vector<std::uint16_t> host_nodes;
    objects::HostMemPolicy policy{};
};
struct IothreadInfo {
    std::string id;
    std::int64_t thread_id = 0, poll_max_ns = 0, poll_grow = 0, poll_shrink = 0, aio_max_batch = 0;
};

template <> inline constexpr auto description<ObjectDel> = object("q_obj_object-del-arg", member<&ObjectDel::id>("id"));
template <>
inline constexpr auto description<Memdev> =
    object("Memdev", member<&Memdev::id>("id"), member<&Memdev::size>("size"), member<&Memdev::merge>("merge"),
           member<&Memdev::dump>("dump"), member<&Memdev::prealloc>("prealloc"), member<&Memdev::share>("share"),
           member<&Memdev::reserve>("reserve"), member<&Memdev::host_nodes>("host-nodes"), member<&Memdev::policy>("policy"));
template <>
inline constexpr auto description<IothreadInfo> =
    object("IOThreadInfo", member<&IothreadInfo::id>("id"), member<&IothreadInfo::thread_id>("thread-id"),
           member<&IothreadInfo::poll_max_ns>("poll-max-ns"), member<&IothreadInfo::poll_grow>("poll-grow"),
           member<&IothreadInfo::poll_shrink>("poll-shrink"), member<&IothreadInfo::aio_max_batch>("aio-max-batch"));

Result<qom::Object*> add_object(Machine& machine, const QDict& members, InputMode mode) {
    auto options = RHEA_TRY(from_qdict<ObjectOptions>(members, mode));
    if (!is_well_formed_id(options.id)) return fail(ill_formed_id());
    const auto name = enum_name(options.qom_type);
    const qom::Type* type = qom::find_type(name);
    if (!type || !type->create) return fail(fmt::format("invalid object type: {}", name));

    qom::Creation creation{machine.platform(), qom::Values(*type), options.id};
    const QObject said = to_qobject(options);
    for (const QDictEntry& entry : *said.dict())
        if (const qom::Property* property = type->find(entry.key)) creation.values.keep(*property, entry.value);
    qom::Object& container = machine.devices().objects();
    if (container.child(options.id))
        return fail(fmt::format("attempt to add duplicate property '{}' to object (type 'container')", options.id));
    auto made = RHEA_TRY(type->create(creation));
    return &container.add_child(options.id, std::move(made));
}

Result<void> delete_object(Machine& machine, std::string_view id) {
    qom::Object& container = machine.devices().objects();
    qom::Object* object = container.child(id);
    if (!object) return fail(fmt::format("object '{}' not found", id));
    if (object->in_use()) return fail(fmt::format("object '{}' is in use, can not be deleted", id));
    container.take_child(*object);
    return {};
}

namespace {

/// `made`: the types are the schema's union, so that it describes the arguments.
Result<Empty> object_add(Machine& machine, const QDict& arguments) {
    RHEA_CHECK([&]() -> Result<void> {
        auto added = add_object(machine, arguments, InputMode::json);
        if (!added) return fail(std::move(added).error());
        return {};
    }());
    return Empty{};
}

void invoke_object_add(const Command&, void* context, const QDict& arguments, const Caller&, ResultSink& sink) {
    auto added = object_add(*static_cast<Machine*>(context), arguments);
    if (added) sink.result(type_of<Empty>(), &*added);
    else sink.error(added.error());
}

Result<Empty> object_del(Machine& machine, const ObjectDel& args) {
    RHEA_CHECK(delete_object(machine, args.id));
    return Empty{};
}

template <class T, class Visit>
void for_each_object(Machine& machine, Visit&& visit) {
    machine.devices().objects().for_each_child([&](const qom::Object& object) {
        if (const auto* wanted = dynamic_cast<const T*>(&object)) visit(*wanted);
    });
}

Result<std::vector<Memdev>> query_memdev(Machine& machine, const Empty&) {
    std::vector<Memdev> list;
    HashOrderedMap<const MemoryBackend*> order;
    for_each_object<MemoryBackend>(machine, [&](const MemoryBackend& backend) { order.insert(backend.name(), &backend); });
    order.for_each([&](const std::string&, const MemoryBackend* in_turn) {
        const MemoryBackend& backend = *in_turn;
        const qom::Values& values = backend.values();
        Memdev info;
        info.id = backend.name();
        info.size = backend.size();
        info.merge = values.boolean("merge");
        info.dump = values.boolean("dump");
        info.prealloc = values.boolean("prealloc");
        info.share = values.boolean("share");
        info.reserve = values.boolean("reserve");
        info.policy = enum_from_name<objects::HostMemPolicy>(values.text("policy").value_or("default")).value_or(objects::HostMemPolicy{});
        list.push_back(std::move(info));
    });
    std::reverse(list.begin(), list.end());      // as QEMU puts it together
    return list;
}

Result<std::vector<IothreadInfo>> query_iothreads(Machine& machine, const Empty&) {
    std::vector<IothreadInfo> list;
    HashOrderedMap<const Iothread*> order;
    for_each_object<Iothread>(machine, [&](const Iothread& thread) { order.insert(thread.name(), &thread); });
    order.for_each([&](const std::string& id, const Iothread* thread) {
        const qom::Values& values = thread->values();
        list.push_back({id, thread->thread_id(), values.integer("poll-max-ns"), values.integer("poll-grow"),
                        values.integer("poll-shrink"), values.integer("aio-max-batch")});
    });
    return list;
}

constexpr Command object_add_command() {
    Command c;
    c.name = "object-add";
    c.doc = "Makes an object: memory, a secret, credentials, a thread …";
    c.arguments = &type_ref<ObjectOptions>;
    c.result = &type_ref<Empty>;
    c.invoke = invoke_object_add;
    c.allow_preconfig = true;
    return c;
}

constexpr Command kCommands[] = {
    object_add_command(),
    command<object_del>("object-del", "Deletes an object that nobody uses.").preconfig(),
    command<query_memdev>("query-memdev", "Lists the memory backends.").preconfig(),
    command<query_iothreads>("query-iothreads", "Lists the I/O threads.").preconfig(),
};

}  // namespace

void add_object_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
