#pragma once
/// Commands about what the guest shows and what it is told by keyboard and mouse.
namespace rhea {

class CommandTable;
class EventBus;
class Machine;

void add_display_commands(CommandTable& table, Machine& machine);
/// Pictures of the screen.
void add_screendump_commands(CommandTable& table, Machine& machine);
/// VNC and SPICE.
void add_remote_display_commands(CommandTable& table, Machine& machine);
void declare_display_events(EventBus& events);

}  // namespace rhea
