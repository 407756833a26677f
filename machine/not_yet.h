#pragma once
/// Commands whose subsystem this build has not got: described in full, so that a client sees QEMU's schema and QEMU's errors about
/// arguments, and refused after that.
#include <fmt/format.h>

#include "monitor/command_table.h"

namespace rhea {

/// `what` as the client calls it: a command, or what one was asked to do.
inline Error not_supported(std::string_view what) {
    return Error::generic(fmt::format("{} is not supported by this build", what));
}

template <class Arguments, class Value = Empty>
constexpr Command command_not_yet(std::string_view name, std::string_view doc) {
    Command c;
    c.name = name;
    c.doc = doc;
    c.arguments = &type_ref<Arguments>;
    c.result = &type_ref<Value>;
    c.invoke = [](const Command& command, void*, const QDict& arguments, const Caller&, ResultSink& sink) {
        Arguments args{};
        if (auto parsed = from_qdict(type_of<Arguments>(), &args, arguments); !parsed) return sink.error(parsed.error());
        sink.error(not_supported(command.name));
    };
    c.state = CommandState::not_yet;
    return c;
}

}  // namespace rhea
