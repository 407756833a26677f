"""Every command of QEMU 7.2, called wrongly in every way that can be made up from its schema, on Rhea and on QEMU side by side: without
arguments, with an argument that is unknown, and with each argument in turn of a wrong type. The replies must be equal.

    every_command.py --emulator build/machine/rhea [--reference qemu-system-x86_64] [--filter RE]

Needs the real QEMU; passes where it is not installed. every_command-known.txt lists what differs, each with its
reason.
"""
import argparse
import json
import os
import re
import shutil
import sys

from emulator import Emulator, Trouble

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance', 'query-qmp-schema.json')

# Not called: they end the emulator.
SKIPPED = {'quit'}

WRONG = {'str': 5, 'int': 'text', 'number': 'text', 'bool': 'text', 'null': 5}


def load_known(path):
    """Lines `command<TAB>reason` beside this program; '#' begins a remark."""
    known = {}
    if os.path.exists(path):
        for line in open(path):
            line = line.rstrip('\n')
            if line and not line.startswith('#'):
                command, reason = line.split('\t', 1)
                known[command] = reason
    return known


class Schema:
    def __init__(self, path):
        with open(path) as file:
            reply = json.load(file)
        self.types = {e['name']: e for e in (reply['return'] if isinstance(reply, dict) else reply)}
        self.commands = sorted(n for n, e in self.types.items() if e['meta-type'] == 'command')

    def good(self, name):
        """Some value of the type, with nothing that is optional."""
        entry = self.types[name]
        kind = entry['meta-type']
        if kind == 'builtin':
            return {'str': 'x', 'int': 0, 'number': 0, 'bool': True, 'null': None}.get(name, 0)
        if kind == 'enum':
            return entry['values'][0]
        if kind == 'array':
            return []
        if kind == 'alternate':
            return self.good(next((m['type'] for m in entry['members'] if m['type'] == 'str'), entry['members'][0]['type']))
        value = {m['name']: self.good(m['type']) for m in entry['members'] if 'default' not in m}
        if 'tag' in entry:
            value.update(self.good(next(v['type'] for v in entry['variants'] if v['case'] == value[entry['tag']])))
        return value

    def wrong(self, name):
        """A value that the type does not take; None where it takes all."""
        kind = self.types[name]['meta-type']
        if kind == 'builtin':
            return WRONG.get(name)
        if kind == 'alternate':
            kinds = {self.types[m['type']].get('json-type') for m in self.types[name]['members']}
            return True if 'boolean' not in kinds else 1.5
        return 5 if kind in ('enum', 'object', 'array') else None

    def calls(self, command):
        """Pairs of a remark and the arguments."""
        entry = self.types[self.types[command]['arg-type']]
        yield 'nothing', {}
        yield 'an unknown argument', {'no-such-argument': 1}
        least = self.good(entry['name'])
        if command not in FREE:
            yield 'an unknown argument more', {**least, 'no-such-argument': 1}
        yield from self.spoilt(entry, least)
        if 'tag' in entry:
            for variant in entry['variants']:
                base = {**{k: v for k, v in least.items() if k in {m['name'] for m in entry['members']}},
                        entry['tag']: variant['case']}
                branch = self.types[variant['type']]
                yield from self.spoilt(branch, {**base, **self.good(branch['name'])}, variant['case'] + ': ')

    def spoilt(self, entry, least, prefix=''):
        for member in entry['members']:
            bad = self.wrong(member['type'])
            if bad is not None:
                yield '%swrong %s' % (prefix, member['name']), {**least, member['name']: bad}
                if member['type'] == 'int':
                    # Beyond every integer type; the unknown argument keeps it from being carried out.
                    yield ('%shuge %s' % (prefix, member['name']),
                           {**least, member['name']: 1 << 64, 'no-such-argument': 1})


# device_add takes the properties of its device as arguments.
FREE = {'device_add'}


def compare(schema, known, ours, theirs, pattern):
    """Counts (calls, differences, known differences)."""
    calls = differences = excused = 0
    for command in schema.commands:
        if command in SKIPPED or not re.search(pattern, command):
            continue
        for remark, arguments in schema.calls(command):
            if not arguments and not self_evident(schema, command):
                continue      # it would be carried out
            calls += 1
            expected = theirs.command(command, arguments)
            got = ours.command(command, arguments)
            if got == expected or ('return' in got and 'return' in expected):
                continue
            if command in known:
                excused += 1
                continue
            differences += 1
            print('%s, %s: %s\n  QEMU: %s\n  Rhea: %s' % (command, remark, json.dumps(arguments)[:200],
                                                     json.dumps(expected)[:300], json.dumps(got)[:300]))
    return calls, differences, excused


def self_evident(schema, command):
    """Called without arguments it only answers: it is a query, or some argument is missing."""
    entry = schema.types[schema.types[command]['arg-type']]
    return command.startswith(('query-', 'x-query-', 'x-debug-')) or any('default' not in m for m in entry['members'])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True)
    parser.add_argument('--reference', default='qemu-system-x86_64')
    parser.add_argument('--filter', default='')
    options = parser.parse_args()
    if not shutil.which(options.reference):
        print('%s is not installed: nothing to compare with' % options.reference)
        return 0
    schema = Schema(SCHEMA)
    known = load_known(os.path.splitext(os.path.abspath(__file__))[0] + '-known.txt')
    try:
        with Emulator(options.emulator) as ours, Emulator(options.reference) as theirs:
            with ours.connect() as left, theirs.connect() as right:
                calls, differences, excused = compare(schema, known, left, right, options.filter)
    except Trouble as problem:
        print('FAIL: %s' % problem)
        return 1
    print('%d calls of %d commands: %d differences, %d known ones' % (calls, len(schema.commands), differences, excused))
    return 1 if differences else 0


if __name__ == '__main__':
    sys.exit(main())
