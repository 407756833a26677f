#pragma once
/// Commands that look into the emulator itself: dumps, traces, texts for people.
namespace rhea {

class CommandTable;
class EventBus;
class Machine;

/// x-query-irq and others that answer with a text.
void add_text_commands(CommandTable& table, Machine& machine);
void add_trace_commands(CommandTable& table, Machine& machine);
/// dump-guest-memory, query-dump, query-dump-guest-memory-capability, dumpdtb.
void add_dump_commands(CommandTable& table, Machine& machine);
/// Record and replay.
void add_replay_commands(CommandTable& table, Machine& machine);
void declare_dump_events(EventBus& events);

}  // namespace rhea
