#!/usr/bin/env python3
"""Compares the whole object tree of a pc, paths and types, with a recording of QEMU's. What may be missing stands in a list with the
reasons; nothing may be there that QEMU has not, and nothing else may be missing."""
import argparse
import os
import re
import sys

from emulator import Emulator

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance')
DOCUMENT = os.path.join(HERE, '..', '..', 'docs', 'compatibility.md')
MACHINES = {'default': ['-drive', 'if=ide,driver=null-co,size=1M'], 'nodefaults': ['-nodefaults']}


def lines_with_paths(text):
    """{"/machine/fw_cfg (fw_cfg_io)"} from the indented lines of `info qom-tree`."""
    found, stack = [], []
    for line in text.splitlines():
        if not line.strip():
            continue
        depth = (len(line) - len(line.lstrip(' '))) // 2
        name, kind = line.strip().rsplit(' (', 1)
        stack[depth:] = [name]
        found.append(''.join(stack) + ' (' + kind)
    return found


def recordings():
    machines = {}
    with open(os.path.join(HERE, 'qom-tree-pc.txt'), encoding='utf-8') as file:
        for part in file.read().split('# ')[1:]:
            name, text = part.split('\n', 1)
            machines[name] = lines_with_paths(text)
    return machines


def omissions():
    patterns = []
    with open(DOCUMENT, encoding='utf-8') as file:
        document = file.read()
    with open(os.path.join(HERE, 'qom-tree-omissions.txt'), encoding='utf-8') as file:
        for line in file:
            if line.startswith('#') or not line.strip():
                continue
            pattern, reason = line.rstrip('\n').split('  ')
            if '| `%s` | %s |' % (pattern, reason) not in document:
                sys.exit('docs/compatibility.md does not show: ' + line)
            patterns.append((pattern, re.compile('[^/]*'.join(re.escape(part) for part in pattern.split('*')))))
    return patterns


def left_out(line, patterns, used, types):
    """Whether the line, or an object above it, matches a pattern: with its type, or without."""
    path = line.rsplit(' (', 1)[0]
    while path:
        for pattern, expression in patterns:
            if expression.fullmatch(path) or expression.fullmatch(path + ' (' + types.get(path, '')):
                used.add(pattern)
                return True
        path = path.rpartition('/')[0]
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    options = parser.parse_args()
    patterns, used, failed = omissions(), set(), False
    for name, recorded in recordings().items():
        with Emulator(options.emulator, base=['-M', 'pc', '-S', '-display', 'none'], arguments=MACHINES[name]) as emulator:
            with emulator.connect() as client:
                reply = client.command('human-monitor-command', {'command-line': 'info qom-tree'})
        ours = set(lines_with_paths(reply['return']))
        types = dict(line.rsplit(' (', 1) for line in recorded)
        missing = [line for line in recorded if line not in ours and not left_out(line, patterns, used, types)]
        more = sorted(ours - set(recorded))
        for line in missing:
            print('%s: missing: %s' % (name, line))
        for line in more:
            print('%s: not in QEMU: %s' % (name, line))
        failed |= bool(missing or more)
        print('%s: %d of %d objects' % (name, len(ours), len(recorded)))
    for pattern, _ in patterns:
        if pattern not in used:
            print('nothing is left out any more by: %s' % pattern)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
