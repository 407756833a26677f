#include "monitor/introspection.h"

#include <deque>
#include <map>
#include <set>

namespace rhea {

namespace {

std::optional<std::vector<std::string>> feature_list(Features features) {
    if (features.empty()) return std::nullopt;
    return std::vector<std::string>(features.begin(), features.end());
}

class Introspector {
public:
    std::vector<SchemaInfo> run(const CommandTable& commands, const EventBus& events) {
        type_name(type_of<Empty>());
        for (const auto& row : commands.rows()) {
            const Command& c = *row.command;
            SchemaCommand info{type_name(c.arguments()), type_name(c.result()), std::nullopt};
            if (c.allow_oob) info.allow_oob = true;
            out_.push_back({std::string(c.name), SchemaMetaType::command, feature_list(c.features), std::move(info)});
        }
        for (const auto& declared : events.declared()) {
            const EventInfo& e = *declared.info;
            out_.push_back({std::string(e.name), SchemaMetaType::event, feature_list(e.features), SchemaEvent{type_name(declared.type())}});
        }
        while (!todo_.empty()) {
            const TypeInfo* type = todo_.front();
            todo_.pop_front();
            describe(*type);
        }
        return std::move(out_);
    }

private:
    struct Builtin { std::string_view name; JsonType json; };

    static std::optional<Builtin> builtin(TypeKind kind) {
        switch (kind) {
        case TypeKind::null: return Builtin{"null", JsonType::null};
        case TypeKind::boolean: return Builtin{"bool", JsonType::boolean};
        case TypeKind::number: return Builtin{"number", JsonType::number};
        case TypeKind::string: return Builtin{"str", JsonType::string};
        case TypeKind::any: return Builtin{"any", JsonType::value};
        case TypeKind::enumeration:
        case TypeKind::object:
        case TypeKind::list:
        case TypeKind::alternate: return std::nullopt;
        default: return Builtin{"int", JsonType::integer};
        }
    }

    std::string type_name(const TypeInfo& type) {
        if (auto b = builtin(type.kind)) {
            if (builtins_.insert(b->name).second)
                out_.push_back({std::string(b->name), SchemaMetaType::builtin, std::nullopt, SchemaBuiltin{b->json}});
            return std::string(b->name);
        }
        if (type.kind == TypeKind::list) {
            const std::string element = type_name(type.element());
            const std::string name = "[" + element + "]";
            if (arrays_.insert(name).second)
                out_.push_back({name, SchemaMetaType::array, std::nullopt, SchemaArray{element}});
            return name;
        }
        // An object without members is the empty one, whatever struct it was described for. Two types may have one name: those
        // of a template do (Data<T>).
        const bool empty = type.kind == TypeKind::object && type.members.empty() && !type.variants;
        auto [at, is_new] = names_.try_emplace(empty ? &type_of<Empty>() : &type, "");
        if (is_new) {
            at->second = std::to_string(next_++);
            todo_.push_back(&type);
        }
        return at->second;
    }

    void describe(const TypeInfo& type) {
        const std::string name = type_name(type);
        switch (type.kind) {
        case TypeKind::enumeration: {
            SchemaEnum info;
            for (const EnumValue& v : type.values) {
                info.members.push_back({std::string(v.name), feature_list(v.features)});
                info.values.emplace_back(v.name);
            }
            out_.push_back({name, SchemaMetaType::enumeration, std::nullopt, std::move(info)});
            return;
        }
        case TypeKind::alternate: {
            SchemaAlternate info;
            for (const Alternative& a : type.alternatives) info.members.push_back({type_name(a.type())});
            out_.push_back({name, SchemaMetaType::alternate, std::nullopt, std::move(info)});
            return;
        }
        default: break;
        }
        SchemaObject info;
        for (const Member& m : type.members) {
            SchemaObjectMember member{std::string(m.name), type_name(m.type()), std::nullopt, feature_list(m.features)};
            if (m.optional) member.default_value = QNull{};
            info.members.push_back(std::move(member));
        }
        if (type.variants) {
            info.tag = std::string(type.variants->tag);
            info.variants.emplace();
            const TypeInfo* tag = nullptr;
            for (const Member& m : type.members)
                if (m.name == type.variants->tag) tag = &m.type();
            std::vector<bool> covered(tag->values.size());
            for (const Branch& b : type.branches) {
                covered[static_cast<std::size_t>(b.value)] = true;
                const TypeInfo& branch = b.type ? b.type() : type_of<Empty>();
                info.variants->push_back({std::string(tag->values[static_cast<std::size_t>(b.value)].name), type_name(branch)});
            }
            for (std::size_t i = 0; i < covered.size(); ++i)
                if (!covered[i]) info.variants->push_back({std::string(tag->values[i].name), type_name(type_of<Empty>())});
        }
        out_.push_back({name, SchemaMetaType::object, feature_list(type.features), std::move(info)});
    }

    std::vector<SchemaInfo> out_;
    std::map<const TypeInfo*, std::string> names_;
    std::set<std::string_view> builtins_;
    std::set<std::string> arrays_;
    std::deque<const TypeInfo*> todo_;
    unsigned next_ = 0;
};

}  // namespace

std::vector<SchemaInfo> introspect(const CommandTable& commands, const EventBus& events) {
    return Introspector().run(commands, events);
}

}  // namespace rhea
