/// rhea-qmp-reference markdown|man|states: prints a page of the reference on standard output.
#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "docs/reference/pages.h"
#include "machine/all_commands.h"
#include "machine/event_clock.h"
#include "machine/machine.h"
#include "monitor/fd_sets.h"

namespace rhea {
namespace {

/// The descriptions of a machine that is never built.
std::string page(std::string_view name) {
    uv_loop_t loop;
    uv_loop_init(&loop);
    std::string text;
    {
        ChardevHost host{&loop};
        Chardevs chardevs(std::move(host));
        Clocks clocks(&loop, true);
        MachineEventClock event_clock(clocks);
        Engine engine(event_clock, {Version{7, 2, 22, {}}});
        cli::Config config;
        config.machine.type = machine_types().front().name;
        Machine machine(&loop, engine, chardevs, clocks, config, "qtest");
        FdSets fd_sets;
        add_all_commands(engine, machine, fd_sets);
        if (name == "markdown") text = reference::markdown(engine);
        if (name == "man") text = reference::man_page(engine);
        if (name == "states") text = reference::state_table(engine);
        chardevs.shut_down();
    }
    while (uv_run(&loop, UV_RUN_DEFAULT) != 0) {}
    uv_loop_close(&loop);
    return text;
}

}  // namespace
}  // namespace rhea

int main(int argc, char** argv) {
    const std::string text = argc == 2 ? rhea::page(argv[1]) : "";
    if (text.empty()) {
        std::fputs("usage: rhea-qmp-reference markdown|man|states\n", stderr);
        return 2;
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}
