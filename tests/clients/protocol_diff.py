#!/usr/bin/env python3
"""Live differential fuzz: sends the same QMP bytes to two emulators and compares the replies as bytes.

The messages are valid, nearly valid and broken: syntax errors of every kind, envelope errors, arguments of wrong types, bad
UTF-8, numbers at the limits, deep nesting, anything cut anywhere. Everything follows from --seed. A mismatch is shrunk to a
minimal input and printed (status 1). Without the reference emulator there is nothing to compare with (status 0).
"""
import argparse
import json
import os
import random
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Commands that have no effect, or none that lasts, whatever the generator puts into their arguments, and whose replies do not list
# what only one of the two machines has.
COMMANDS = """
    query-status query-name query-version query-kvm query-uuid query-block query-blockstats query-chardev query-iothreads
    query-mice query-fdsets query-balloon query-jobs query-block-jobs query-migrate-parameters query-rx-filter
    qom-get object-del netdev_del chardev-remove
    device_del set_link eject block_resize block_set_io_throttle block-job-cancel block-job-set-speed job-cancel job-dismiss
    block-dirty-bitmap-remove block-dirty-bitmap-add blockdev-del blockdev-open-tray blockdev-snapshot-sync
    closefd remove-fd balloon expire_password set_password trace-event-get-state input-send-event send-key
    query-named-block-nodes query-command-line-options ringbuf-read ringbuf-write x-debug-query-block-graph
""".split()
MACHINE = ["-M", "pc", "-m", "64", "-S", "-nodefaults", "-no-user-config", "-display", "none"]
FLUSH = b"\xff"    # ends whatever is unfinished, in every state of the parser
FLUSHED = b"stray '\\uFFFD'"
TIMEOUT = 120      # seconds
SHRINKING = 60     # seconds
NORMALIZE = [
    (re.compile(rb'"timestamp": \{"seconds": \d+, "microseconds": \d+\}'), b'"timestamp": T'),
    (re.compile(rb'"qemu": \{"micro": \d+,'), b'"qemu": {"micro": N,'),
    (re.compile(rb'"package": "[^"]*"'), b'"package": P'),
]


class Gone(Exception):
    """The emulator ended, or does not answer."""


class Emulator:
    """One running emulator with one negotiated client."""

    def __init__(self, path, extra):
        self.path, self.extra = path, extra
        self.process = None
        self.start()

    def start(self):
        self.directory = tempfile.mkdtemp(prefix="protocol-diff-")
        address = os.path.join(self.directory, "qmp")
        # A relative name, as some replies show it.
        command = [self.path, *MACHINE, *self.extra, "-qmp", "unix:qmp,server=on,wait=off"]
        self.process = subprocess.Popen(command, cwd=self.directory, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                self.socket.connect(address)
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{self.path} does not start: {self.process.stderr.read().decode(errors='replace')}")
                time.sleep(0.01)
        self.socket.setblocking(False)
        self.unread = b""
        self.serial = 0
        exchange([self], b'{"execute": "qmp_capabilities"}', [])

    def stop(self):
        if self.process:
            self.socket.close()
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()
            self.process = None
            shutil.rmtree(self.directory, ignore_errors=True)

    def restart(self):
        self.stop()
        self.start()

    def ask(self, command, **arguments):
        message = {"execute": command, "arguments": arguments}
        for line in exchange([self], json.dumps(message).encode(), [])[0]:
            reply = json.loads(line)
            if "return" in reply:
                return reply["return"]
        return None


class Exchange:
    """What one emulator still has to read and to answer."""

    def __init__(self, emulator, data, cuts):
        emulator.serial += 1
        self.emulator = emulator
        self.marker = b"sync-%d-%d" % (os.getpid(), emulator.serial)
        data += FLUSH + b'{"execute": "' + self.marker + b'"}'
        edges = [0, *[c for c in cuts if c < len(data)], len(data)]
        self.pieces = [data[a:b] for a, b in zip(edges, edges[1:]) if b > a][::-1]
        self.lines = []
        self.done = False

    def write(self):
        piece = self.pieces.pop()
        sent = self.emulator.socket.send(piece)
        if sent < len(piece):
            self.pieces.append(piece[sent:])

    def read(self):
        received = self.emulator.socket.recv(1 << 18)
        if not received:
            raise Gone(f"{self.emulator.path} closed the connection")
        *lines, self.emulator.unread = (self.emulator.unread + received).split(b"\n")
        for line in lines:
            if self.marker in line:
                self.done = True
            else:
                self.lines.append(line)


def exchange(emulators, data, cuts):
    """Sends `data`, in pieces cut at `cuts`, to all at the same time; gives the lines that each answers."""
    selector = selectors.DefaultSelector()
    exchanges = [Exchange(e, data, cuts) for e in emulators]
    for e in exchanges:
        selector.register(e.emulator.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, e)
    deadline = time.monotonic() + TIMEOUT
    with selector:
        while not all(e.done for e in exchanges):
            ready = selector.select(1)
            if not ready and time.monotonic() > deadline:
                slow = [e.emulator.path for e in exchanges if not e.done]
                raise Gone(f"no answer from {', '.join(slow)}")
            for key, events in ready:
                deadline = time.monotonic() + TIMEOUT
                e = key.data
                try:
                    if events & selectors.EVENT_READ:
                        e.read()
                    if events & selectors.EVENT_WRITE and e.pieces:
                        e.write()
                except OSError as error:
                    raise Gone(f"{e.emulator.path}: {error}") from error
                if e.done:
                    selector.unregister(e.emulator.socket)
                else:
                    mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if e.pieces else 0)
                    if key.events != mask:
                        selector.modify(e.emulator.socket, mask, e)
    return [e.lines for e in exchanges]


def normalized(lines):
    text = b"\n".join(lines)
    for pattern, replacement in NORMALIZE:
        text = pattern.sub(replacement, text)
    return text.split(b"\n")


class Generator:
    """Makes cases: byte strings that hold one or several messages."""

    WORDS = ["", "a", "id", "x", "execute", "/", "/machine", "/machine/peripheral", "type", "foo bar", "null", "on", "7", "é", "\U0001f600", "a\x00b"]
    NUMBERS = """0 -0 1 -1 7 42 255 256 -129 65536 2147483647 2147483648 -2147483648 4294967295 4294967296 9007199254740993
        9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615
        18446744073709551616 99999999999999999999999 0.0 -0.0 1.0 0.1 1.5 -2.5e3 1e5 1E5 1e+5 1e-5 1e17 1e21 1e308 1e309 -1e309
        1e-400 5e-324 2e-324 1.7976931348623157e308 3.14159265358979323846264338327950288 0e999 123456789.123456789e-3
        0.000001e400 1000000e-420""".split()
    BAD_NUMBERS = "01 00 -01 -a - .5 5. 1e 1e+ 1.e1 1..2 1.2.3 +1 0x10 1_000 1e1.5 --1 NaN Infinity -Infinity 1a 2e3e4".split()
    TOKENS = ["{", "}", "[", "]", ":", ",", "{", "}", "[", "]", '"a"', "'b'", '"id"', "1", "-2", "3.5", "true", "false", "null", "nul",
              "truex", " ", "\n", "\t", '"execute"', '{"execute":"nope"}', '"\\u0041"', "[]", "{}", '"a":1', '"b":2,', "%d"]
    STRINGS = [rb"\n", rb"\t", rb"\b", rb"\f", rb"\r", rb"\/", rb"\\", rb"\"", rb"\'", rb"\a", rb"\x41", rb"\u0041", rb"\u00e9", rb"\u0000",
               rb"\u20AC", rb"\ud83d\ude00", rb"\ud83d", rb"\ude00", rb"\ud83dx", rb"\ud83d\u0041", rb"\uD83D\uD83D\uDE00", rb"\uffff", rb"\ufffe",
               rb"\ufdd0", rb"\udbff\udfff", rb"\u12", rb"\u", rb"\u123g", rb"\U0041", rb"\ud83d\u", rb"\ud83d\ude", b"'", b"%s", b"\x7f",
               "é€😀".encode(), b"\xc3", b"\xc3(", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xef\xbf\xbd",
               b"\xef\xbf\xbe", b"\xef\xb7\x90", b"\xf0\x80\x80\xaf", b"\xf0\x9f\x98", b"\xf4\x8f\xbf\xbd", b"\xf4\x90\x80\x80",
               b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xe0\x80\x80", b"\x80", b"\xbf\xbf", b"\xfd", b"abc", b"hello world",
               b"\xf0\x9f\xbf\xbe", b"\xfc\x80\x80", b"\xf7\xbf\xbf\xbf"]
    BREAKS = [b"\xff", b"\xfe", b"\x00", b"\x01", b"\x1f", b"\n", b"\t", b"\x7f", b"\\", b'"', b"'"]

    def __init__(self, rng, commands, schema):
        self.rng = rng
        self.commands = commands
        self.types = {entry["name"]: entry for entry in schema}
        self.kinds = [
            (6, self.plain), (10, self.with_arguments if schema else self.plain), (6, self.envelope), (8, self.mutated), (6, self.soup),
            (6, self.string_case), (4, self.number_case), (3, self.garbage), (2, self.line), (2, self.duplicate_key),
        ]

    def case(self):
        if self.rng.random() < 0.002:
            return self.nested()
        kind = self.rng.choices([k for _, k in self.kinds], [w for w, _ in self.kinds])[0]
        return kind()

    # JSON values
    def text(self, value):
        ascii_only = self.rng.random() < 0.5
        if self.rng.random() < 0.7:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only).encode()
        return json.dumps(value, indent=self.rng.choice([None, 1, 4]), ensure_ascii=ascii_only).encode()

    def value(self, depth=0):
        rng = self.rng
        kind = rng.randrange(6 if depth > 2 else 8)
        if kind == 0:
            return rng.choice([None, True, False])
        if kind in (1, 2):
            return rng.choice([0, 1, -1, 255, 256, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63, -(1 << 63), (1 << 64) - 1, 1 << 64,
                               rng.randrange(-1000, 1000), rng.random(), 1.0, -0.0])
        if kind < 6:
            return self.word()
        if kind == 6:
            return [self.value(depth + 1) for _ in range(rng.randrange(4))]
        return {self.word(): self.value(depth + 1) for _ in range(rng.randrange(5))}

    def word(self):
        if self.rng.random() < 0.6:
            return self.rng.choice(self.WORDS)
        return "".join(self.rng.choice("abcdefghijklmnop-_0123456789 /.") for _ in range(self.rng.randrange(1, 14)))

    def command(self):
        return self.rng.choice(self.commands) if self.commands and self.rng.random() < 0.7 else self.rng.choice(["nope", "no-such", self.word()])

    # whole messages
    def message(self, members):
        members = list(members.items())
        if self.rng.random() < 0.4:
            members.append(("id", self.value()))
        self.rng.shuffle(members)
        return dict(members)

    def plain(self):
        return self.text(self.message({"execute": self.command()}))

    def envelope(self):
        members = {}
        for name, chance in (("execute", 0.8), ("arguments", 0.5), ("exec-oob", 0.1), ("control", 0.05), ("foo", 0.1), (self.word(), 0.2)):
            if self.rng.random() < chance:
                members[name] = self.command() if name == "execute" and self.rng.random() < 0.7 else self.value()
        return self.text(self.message(members))

    def with_arguments(self):
        name = self.command()
        entry = self.types.get(name, {})
        if entry.get("meta-type") != "command":
            return self.plain()
        arguments = self.of_type(entry["arg-type"], 0.06)
        return self.text(self.message({"execute": name, "arguments": arguments}))

    def of_type(self, name, wrong, depth=0):
        """A value of a schema type, with faults at the rate `wrong`."""
        rng = self.rng
        if rng.random() < wrong:
            return self.value()
        entry = self.types[name]
        kind = entry["meta-type"]
        if kind == "builtin":
            return {"string": self.word, "int": lambda: rng.choice([0, 1, -1, 100, 1 << 32, 1 << 63, 1 << 64]),
                    "number": lambda: rng.choice([0, 0.5, 1e3]), "boolean": lambda: rng.random() < 0.5, "null": lambda: None,
                    "value": self.value}.get(entry["json-type"], self.value)()
        if kind == "enum":
            return rng.choice(entry["values"]) if rng.random() > 2 * wrong else self.word()
        if kind == "array":
            return [self.of_type(entry["element-type"], wrong, depth + 1) for _ in range(rng.randrange(4) if depth < 5 else 0)]
        if kind == "alternate":
            return self.of_type(rng.choice(entry["members"])["type"], wrong, depth + 1)
        if kind != "object":
            return self.value()
        result = {}
        members = list(entry["members"])
        if "tag" in entry:
            tag = next(m for m in members if m["name"] == entry["tag"])
            choice = rng.choice(entry["variants"])
            result[tag["name"]] = choice["case"]
            members = [m for m in members if m is not tag]
            members += self.types[choice["type"]]["members"]
        for member in members:
            present = rng.random() < (0.3 if depth < 5 else 0.05) if "default" in member else rng.random() > wrong
            if present:
                result[member["name"]] = self.of_type(member["type"], wrong, depth + 1)
        while rng.random() < wrong:
            result[self.word()] = self.value()
        order = list(result.items())
        rng.shuffle(order)
        return dict(order)

    # broken texts
    def mutated(self):
        rng = self.rng
        text = bytearray(self.rng.choice([self.plain, self.envelope, self.string_case])())
        for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
            at = rng.randrange(len(text) + 1)
            action = rng.randrange(6)
            if action == 0:
                del text[at:at + rng.choice([1, 1, 1, 2, 5])]
            elif action == 1:
                text[at:at] = rng.choice(self.TOKENS).encode()
            elif action == 2:
                text[at:at] = bytes([rng.randrange(256)])
            elif action == 3:
                text[at:at + 1] = rng.choice(self.BREAKS)
            elif action == 4:
                other = rng.randrange(len(text) + 1)
                text[at:at] = text[min(at, other):max(at, other)][:20]
            else:
                del text[at:]
                break
        return bytes(text)

    def soup(self):
        return "".join(self.rng.choice(self.TOKENS) for _ in range(self.rng.randrange(1, 14))).encode()

    def quoted(self):
        body = b"".join(self.rng.choice(self.STRINGS) for _ in range(self.rng.randrange(5)))
        if self.rng.random() < 0.08:
            body += self.rng.choice(self.BREAKS)
        quote = self.rng.choice([b'"', b'"', b'"', b"'"])
        return quote + body + quote

    def string_case(self):
        return self.rng.choice([b'{"execute":"nope","id":%s}', b'{"execute":%s}', b'{"execute":"nope","id":{%s:1}}', b'{"execute":"nope",%s:1}',
                                b'%s', b'[%s]', b'{"execute":"nope","id":[1,%s]}']) % self.quoted()

    def number(self):
        rng = self.rng
        if rng.random() < 0.25:
            return rng.choice(self.BAD_NUMBERS)
        if rng.random() < 0.6:
            return rng.choice(self.NUMBERS)
        whole = rng.choice([str(rng.randrange(10)), str(rng.randrange(10 ** rng.randrange(1, 30)))])
        fraction = "." + "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 25))) if rng.random() < 0.6 else ""
        exponent = rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.randrange(10 ** rng.randrange(1, 4))) if rng.random() < 0.5 else ""
        return rng.choice(["", "-"]) + whole + fraction + exponent

    def number_case(self):
        return (self.rng.choice(['{"execute":"nope","id":%s}', '{"execute":"nope","id":[%s]}', "%s", "%s\n", '{"execute":"nope","id":[%s , 1]}'])
                % self.number()).encode()

    def garbage(self):
        pool = self.rng.choice([bytes(range(256)), b'{}[]:,"\'\\ \n\t\x00\xff\xfea1-.eE', bytes(range(0x20, 0x7F))])
        return bytes(self.rng.choice(pool) for _ in range(self.rng.randrange(1, 24)))

    def line(self):
        separators = [b"", b" ", b"\n", b"\r\n", b",", b"\t", b";"]
        return b"".join(self.case_part() + self.rng.choice(separators) for _ in range(self.rng.randrange(2, 6)))

    def case_part(self):
        return self.rng.choice([self.plain, self.plain, self.envelope, self.soup, self.number_case, self.string_case])()

    def duplicate_key(self):
        key = self.text(self.word())
        values = [self.text(self.value()) for _ in range(3)]
        pairs = [key + b":" + values[0], self.text(self.word()) + b":" + values[1], key + b":" + values[2]]
        self.rng.shuffle(pairs)
        return b'{"execute":"nope","id":{' + b",".join(pairs) + b"}}"

    def nested(self):
        rng = self.rng
        depth = rng.choice([1, 2, 511, 512, 513, 1022, 1023, 1024, 1025, 1026, 1100, 2050])
        opener, closer = rng.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]"), (b"{", b"}")])
        closers = depth + rng.choice([0, 0, 0, -1, 1])
        core = rng.choice([b"1", b"", b'"x"'])
        text = opener * depth + core + closer * max(closers, 0)
        return b'{"execute":"nope","id":' + text + b"}" if rng.random() < 0.5 else text


def show(data):
    return repr(data)[2:-1] if len(data) < 4000 else repr(data[:4000])[2:-1] + f"… ({len(data)} bytes)"


class Differ:
    def __init__(self, emulators, rng):
        self.emulators = emulators
        self.rng = rng

    def answers(self, data, cuts=()):
        """The answers of both; one that went away is started again, and its answer says so."""
        try:
            return [normalized(lines) for lines in exchange(self.emulators, data, cuts)]
        except Gone as gone:
            for e in self.emulators:
                e.restart()
            return [[b"gone: " + str(gone).encode()], []]

    def differs(self, data):
        first, second = self.answers(data)
        return first != second

    def cuts(self, size):
        if self.rng.random() < 0.3:
            return []
        return sorted(self.rng.randrange(size + 1) for _ in range(self.rng.randrange(1, 60)))

    def batch(self, cases):
        """None when both answer alike, else a minimal input on which they do not."""
        data = b"".join(c + (FLUSH if flush else b"") for c, flush in cases)
        cuts = self.cuts(len(data))
        first, second = self.answers(data, cuts)
        if first == second:
            return None
        for case, _ in cases:
            if self.differs(case):
                return self.shrunk(case)
        if self.differs(data):
            return self.shrunk(data)
        for lines in zip(first, second):
            if lines[0] != lines[1]:
                print("differs only once, or only with these cuts:", cuts, b"\n< ".join(lines).decode(errors="replace"), sep="\n< ")
                break
        return data

    def shrunk(self, data):
        """Leaves out pieces as long as the answers still differ, for a while (an emulator that crashes takes long)."""
        before = None
        deadline = time.monotonic() + SHRINKING
        while before != data:
            before = data
            piece = max(len(data) // 2, 1)
            while piece:
                at = 0
                while at < len(data) and time.monotonic() < deadline:
                    shorter = data[:at] + data[at + piece:]
                    if shorter and self.differs(shorter):
                        data = shorter
                    else:
                        at += piece
                piece //= 2
        return data

    def report(self, data):
        print(f"MISMATCH on {show(data)}")
        for emulator, lines in zip(self.emulators, self.answers(data)):
            print(f"  {emulator.path}")
            for line in lines:
                print(f"    < {show(line)}")


def command_names(emulator):
    return {c["name"] for c in emulator.ask("query-commands") or []}


def run(options):
    rng = random.Random(options.seed)
    started = []
    try:
        for path in (options.emulator, options.reference):
            started.append(Emulator(path, options.extra))
        ours, reference = started
        common = command_names(ours) & command_names(reference)
        commands = [c for c in options.commands if c in common]
        schema = reference.ask("query-qmp-schema") or []
        generator = Generator(rng, commands, schema)
        differ = Differ(started, rng)
        print(f"seed {options.seed}; {len(commands)} of {len(options.commands)} commands offered by both")
        sent = mismatches = 0
        begin = time.monotonic()
        while sent < options.messages and mismatches < options.mismatches:
            cases = [(generator.case(), rng.random() < 0.6) for _ in range(min(options.batch, options.messages - sent))]
            sent += len(cases)
            found = differ.batch(cases)
            if found is not None:
                mismatches += 1
                differ.report(found)
        seconds = time.monotonic() - begin
        print(f"{sent} messages in {seconds:.1f} s ({sent / seconds:.0f}/s), {mismatches} mismatches")
        return 1 if mismatches else 0
    finally:
        for emulator in started:
            emulator.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--emulator", required=True, help="the emulator under test")
    parser.add_argument("--reference", default="qemu-system-x86_64")
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=300, help="messages for each synchronisation")
    parser.add_argument("--mismatches", type=int, default=1, help="stop after so many")
    parser.add_argument("--commands", type=lambda names: names.split(","), default=COMMANDS, help="comma-separated; those that both offer are used")
    parser.add_argument("--extra", type=str.split, default=[], help="further arguments for both emulators")
    options = parser.parse_args()
    for name in ("reference", "emulator"):
        path = shutil.which(getattr(options, name))
        if not path and name == "reference":
            print(f"{options.reference} is not installed: nothing to compare with")
            return 0
        if not path:
            parser.error(f"no such emulator: {options.emulator}")
        setattr(options, name, os.path.abspath(path))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))    # so that what was started is ended
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
