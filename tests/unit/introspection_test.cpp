#include "monitor/introspection.h"

#include <catch2/catch.hpp>

#include <set>

#include "json/stream.h"
#include "monitor_rig.h"

using namespace rhea;
using rhea::test::Rig;
using rhea::test::Tick;

namespace {

QDict find(const QList& schema, std::string_view name) {
    for (const QObject& entry : schema)
        if (*entry.dict()->find("name")->string() == name) return *entry.dict();
    return {};
}

}  // namespace

TEST_CASE("the schema describes every command and event, and every type that it names", "[introspection]") {
    Rig rig;
    rig.engine.events().declare<Tick>();
    const std::string reply = rig.ask(R"({"execute":"query-qmp-schema"})");
    const auto parsed = json::parse(std::string_view(reply).substr(0, reply.size() - 2));
    REQUIRE(parsed);
    const QList& schema = *parsed->dict()->find("return")->list();

    std::set<std::string> defined, used;
    for (const QObject& object : schema) {
        const QDict& entry = *object.dict();
        CHECK(defined.insert(*entry.find("name")->string()).second);
        for (const char* reference : {"arg-type", "ret-type", "element-type"})
            if (entry.contains(reference)) used.insert(*entry.find(reference)->string());
        for (const char* list : {"members", "variants"})
            if (const QObject* members = entry.find(list))
                for (const QObject& m : *members->list())
                    if (const QObject* type = m.dict()->find("type")) used.insert(*type->string());
    }
    for (const std::string& name : used) CHECK(defined.count(name) == 1);
    for (const auto& row : rig.engine.commands().rows()) CHECK(defined.count(std::string(row.command->name)) == 1);

    const QDict ping = find(schema, "ping");
    CHECK(*ping.find("meta-type")->string() == "command");
    const QDict args = find(schema, *ping.find("arg-type")->string());
    CHECK(*args.find("members")->list() == QList{QDict{{"name", "word"}, {"type", "str"}}});
    CHECK(*find(schema, "TICK").find("meta-type")->string() == "event");
    CHECK(*find(schema, "refuse").find("arg-type")->string() == "0");
    const QDict info = find(schema, *find(schema, "[" + find(schema, "query-qmp-schema").find("ret-type")->string()->substr(1)).find("element-type")->string());
    CHECK(*info.find("tag")->string() == "meta-type");
    CHECK(info.find("variants")->list()->size() == 7);
}

namespace {

struct Marked {
    bool on = false;
};
inline constexpr std::string_view kMarks[] = {"follows-its-users"};

}  // namespace
template <>
inline constexpr auto rhea::description<Marked> = rhea::object("Marked", rhea::member<&Marked::on>("on")).with_features(kMarks);

TEST_CASE("the schema tells the features of a type", "[introspection]") {
    Rig rig;
    rig.engine.commands().add("mark", "Marks.", [](const Marked&) -> Result<Empty> { return Empty{}; });
    const auto schema = json::parse(rig.engine.schema());
    REQUIRE(schema);
    const QDict type = find(*schema->list(), *find(*schema->list(), "mark").find("arg-type")->string());
    CHECK(*type.find("features")->list() == QList{"follows-its-users"});
    CHECK_FALSE(find(*schema->list(), "0").contains("features"));
}

TEST_CASE("the schema grows with the table", "[introspection]") {
    Rig rig;
    const std::string before = rig.engine.schema();
    rig.engine.commands().add("later", "Came later.", [](const Empty&) -> Result<Empty> { return Empty{}; });
    CHECK(before.find("\"later\"") == std::string::npos);
    CHECK(rig.engine.schema().find("\"later\"") != std::string::npos);
}
