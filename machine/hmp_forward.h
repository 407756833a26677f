#pragma once
/// The commands of the human monitor that only hand their arguments to a command of QMP.
#include <algorithm>

#include "machine/hmp.h"
#include "monitor/hmp/call.h"

namespace rhea {

/// A text as a template argument.
template <std::size_t N>
struct HmpText {
    char text[N]{};
    consteval HmpText(const char (&from)[N]) { std::copy_n(from, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

/// Arguments by the names of the QMP command; "target=filename" where the names differ. Those that were not given stay away.
inline QDict hmp_arguments(const HmpCall& call, std::string_view names) {
    QDict out;
    while (!names.empty()) {
        const std::string_view item = names.substr(0, names.find(' '));
        names.remove_prefix(item.size() < names.size() ? item.size() + 1 : item.size());
        const std::size_t equals = item.find('=');
        call.arguments.copy(item.substr(equals == item.npos ? 0 : equals + 1), out, item.substr(0, equals));
    }
    return out;
}

template <HmpText Qmp, HmpText Names>
void hmp_forward_handler(Machine&, HmpCall& call) {
    call.run(Qmp.view(), hmp_arguments(call, Names.view()));
}

/// A row that hands `Names` to the QMP command `Qmp`.
template <HmpText Qmp, HmpText Names = "">
constexpr HmpCommand hmp_forward(std::string_view names, HmpSyntax syntax, std::string_view usage, std::string_view help) {
    return hmp_command<hmp_forward_handler<Qmp, Names>>(names, syntax, usage, help).needing(Qmp.view());
}

template <HmpText Qmp>
void hmp_text_handler(Machine&, HmpCall& call) {
    const auto text = call.ask(Qmp.view());
    if (call.ok(text)) call.write(hmp_text(*text, "human-readable-text"));
}

/// A row that shows the text which the QMP command `Qmp` makes for people.
template <HmpText Qmp>
constexpr HmpCommand hmp_show(std::string_view names, std::string_view help) {
    return hmp_command<hmp_text_handler<Qmp>>(names, "", "", help).needing(Qmp.view());
}

}  // namespace rhea
