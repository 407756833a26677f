#!/usr/bin/env python3
"""Compares the object types of an emulator with recordings of QEMU 7.2's (qom-types.jsonl): parent, interfaces, and the properties in
their order. A type that the emulator does not have is counted, not missed."""
import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# What differs, and why.
KNOWN = {
    'i8042': 'its parts come in another order',
    'pc-i440fx-7.2-machine': 'its containers and flash chips come with the machine',
    'none-machine': 'its containers come with the machine',
}


class Emulator:
    def __init__(self, path):
        self.process = subprocess.Popen(
            [path, '-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none', '-accel', 'qtest', '-qmp', 'stdio'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdout.readline()
        self.ask('qmp_capabilities')

    def ask(self, command, **arguments):
        self.process.stdin.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if 'return' in answer or 'error' in answer:
                return answer

    def close(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()


def difference(emulator, recorded, types, interfaces):
    """Why a type is not as recorded; empty when it is."""
    name = recorded['name']
    mine = types[name]
    if mine.get('parent') != recorded['parent'] or mine.get('abstract', False) != recorded.get('abstract', False):
        return 'it is %s' % mine
    for interface, names in interfaces.items():
        if (name in names) != (interface in recorded.get('interfaces', [])):
            return 'interface %s' % interface
    command, key = ('device-list-properties', 'device') if 'device' in recorded else ('qom-list-properties', 'properties')
    if key not in recorded:
        return ''
    answer = emulator.ask(command, typename=name)
    got = answer.get('return')
    if got == recorded[key]:
        return ''
    if got is None:
        return str(answer)
    lost = [p['name'] for p in recorded[key] if p not in got]
    new = [p['name'] for p in got if p not in recorded[key]]
    return 'lost %s, new %s' % (lost, new) if lost or new else 'the order of its properties'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    options = parser.parse_args()
    emulator = Emulator(options.emulator)
    types = {t['name']: t for t in emulator.ask('qom-list-types', abstract=True)['return']}
    recorded = [json.loads(line) for line in open(os.path.join(HERE, 'qom-types.jsonl'), encoding='utf-8')]
    known = {i for r in recorded for i in r.get('interfaces', [])} & set(types)
    interfaces = {i: {t['name'] for t in emulator.ask('qom-list-types', implements=i, abstract=True)['return']} for i in known}
    absent, failed, matched = 0, 0, 0
    for entry in recorded:
        if entry['name'] not in types:
            absent += 1
            continue
        why = difference(emulator, entry, types, interfaces)
        if bool(why) == (entry['name'] in KNOWN):
            matched += 1
            continue
        failed += 1
        print('%s: %s' % (entry['name'], why or 'matches now: no longer a known difference'))
    emulator.close()
    print('%d types as recorded, %d differ, %d are not there' % (matched, failed, absent))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
