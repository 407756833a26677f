#include "docs/reference/pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "docs/reference/types.h"

namespace rhea::reference {
namespace {

std::vector<const Command*> sorted_commands(Engine& engine) {
    std::vector<const Command*> all;
    for (const CommandTable::Row& row : engine.commands().rows()) all.push_back(row.command);
    std::sort(all.begin(), all.end(), [](const Command* a, const Command* b) { return a->name < b->name; });
    return all;
}

std::vector<EventBus::Declared> sorted_events(Engine& engine) {
    std::vector<EventBus::Declared> all = engine.events().declared();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.info->name < b.info->name; });
    return all;
}

std::string_view state_text(CommandState state) {
    switch (state) {
        case CommandState::works: return "works";
        case CommandState::absent_hardware: return "absent hardware";
        case CommandState::not_yet: return "not yet";
    }
    return "";
}

std::string notes(const Command& command) {
    std::string text;
    auto add = [&](std::string_view note) { text += fmt::format("{}{}", text.empty() ? "" : "; ", note); };
    if (command.allow_oob) add("may run out of band");
    if (command.allow_preconfig) add("works before the machine is made");
    for (const std::string_view feature : command.features) add(fmt::format("feature: {}", feature));
    if (command.state == CommandState::absent_hardware) add("answers as QEMU does without the hardware");
    if (command.state == CommandState::not_yet) add("not in this build beyond the check of its arguments");
    return text;
}

/// What a page is written with.
class Writer {
public:
    virtual ~Writer() = default;
    virtual void title(std::string_view text) = 0;
    virtual void heading(std::string_view name) = 0;
    virtual void paragraph(std::string_view text) = 0;
    virtual void table(const std::vector<Field>& fields) = 0;
    std::string take() { return std::move(text_); }

protected:
    std::string text_;
};

class Markdown final : public Writer {
public:
    void title(std::string_view text) override { text_ += fmt::format("\n## {}\n", text); }
    void heading(std::string_view name) override { text_ += fmt::format("\n### `{}`\n", name); }
    void paragraph(std::string_view text) override { text_ += fmt::format("\n{}\n", text); }
    void table(const std::vector<Field>& fields) override {
        text_ += "\n| member | type | |\n| --- | --- | --- |\n";
        for (const Field& f : fields)
            text_ += fmt::format("| {} | {} | {} |\n", f.name.empty() ? "" : fmt::format("`{}`", f.name), f.type, f.remarks);
    }
};

class Man final : public Writer {
public:
    void title(std::string_view text) override { text_ += fmt::format(".SH {}\n", escaped(text)); }
    void heading(std::string_view name) override { text_ += fmt::format(".SS {}\n", escaped(name)); }
    void paragraph(std::string_view text) override { text_ += fmt::format(".PP\n{}\n", escaped(text)); }
    void table(const std::vector<Field>& fields) override {
        for (const Field& f : fields) {
            text_ += fmt::format(".TP\n.B {}\n{}", escaped(f.name.empty() ? "(more)" : f.name), escaped(f.type));
            text_ += f.remarks.empty() ? "\n" : fmt::format(" ({})\n", escaped(f.remarks));
        }
    }

private:
    static std::string escaped(std::string_view text) {
        std::string out;
        if (!text.empty() && (text[0] == '.' || text[0] == '\'')) out += "\\&";
        for (const char c : text) {
            if (c == '\\') out += "\\e";
            else if (c == '-') out += "\\-";
            else out += c;
        }
        return out;
    }
};

void write_type(Writer& page, const TypeInfo& type) {
    page.heading(type.name);
    if (type.kind == TypeKind::enumeration) {
        std::string values;
        for (const EnumValue& value : type.values) {
            values += fmt::format("{}{}", values.empty() ? "One of: " : ", ", value.name);
            for (const std::string_view feature : value.features) values += fmt::format(" ({})", feature);
        }
        page.paragraph(values + ".");
    } else if (type.kind == TypeKind::alternate) {
        std::string choices;
        for (const Alternative& a : type.alternatives)
            choices += fmt::format("{}{}", choices.empty() ? "Either " : ", or ", type_text(a.type()));
        page.paragraph(choices + ".");
    } else {
        for (const std::string_view feature : type.features) page.paragraph(fmt::format("Feature: {}.", feature));
        page.table(fields(type));
    }
}

void write(Writer& page, Engine& engine) {
    TypeList types;
    page.title("Commands");
    for (const Command* command : sorted_commands(engine)) {
        const TypeInfo &arguments = command->arguments(), &result = command->result();
        page.heading(command->name);
        page.paragraph(command->doc);
        if (const std::string text = notes(*command); !text.empty()) page.paragraph(text + ".");
        if (const auto list = fields(arguments); !list.empty()) page.table(list);
        if (const std::string text = type_text(result); text != "nothing") page.paragraph(fmt::format("Returns: {}.", text));
        types.add_members(arguments);
        types.add(result);
    }
    page.title("Events");
    for (const EventBus::Declared& event : sorted_events(engine)) {
        page.heading(event.info->name);
        page.paragraph(event.info->doc);
        if (event.info->rate_ms)
            page.paragraph(fmt::format("At most one in {} ms{}.", event.info->rate_ms,
                                       event.info->rate_key.empty() ? "" : fmt::format(" for each {}", event.info->rate_key)));
        if (const auto list = fields(event.type()); !list.empty()) page.table(list);
        types.add_members(event.type());
    }
    page.title("Types");
    for (const TypeInfo* type : types.types()) write_type(page, *type);
}

}  // namespace

std::string markdown(Engine& engine) {
    Markdown page;
    write(page, engine);
    return "# QMP reference\n\nWritten by `rhea-qmp-reference` from the descriptions of the commands; not to be edited.\n" + page.take();
}

std::string man_page(Engine& engine) {
    Man page;
    write(page, engine);
    return ".TH RHEA\\-QMP 7 \"\" \"Rhea\" \"QMP reference\"\n.SH NAME\nrhea\\-qmp \\- commands and events of Rhea's monitor\n" +
           page.take();
}

std::string state_table(Engine& engine) {
    std::string text = "| command | state | |\n| --- | --- | --- |\n";
    for (const Command* command : sorted_commands(engine))
        text += fmt::format("| `{}` | {} | {} |\n", command->name, state_text(command->state), command->doc);
    return text;
}

}  // namespace rhea::reference
