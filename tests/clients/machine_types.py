#!/usr/bin/env python3
"""Compares what the versions of a machine type differ in with a recording of QEMU's (machine-types.jsonl): for each type what devices,
CPU models and the list of machines say otherwise than those of the next newer version. --record QEMU makes the recording anew."""
import argparse
import json
import os
import re
import sys

from emulator import Emulator, check

RECORDING = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'machine-types.jsonl')
DEVICES = ['virtio-blk-pci,drive=d0', 'virtio-scsi-pci,id=s0', 'scsi-hd,drive=d1,bus=s0.0', 'virtio-serial-pci', 'virtio-balloon-pci', 'virtio-rng-pci',
           'virtio-tablet-pci', 'virtio-gpu-pci', 'nec-usb-xhci,id=x0', 'usb-kbd,bus=x0.0', 'usb-redir,chardev=c0,bus=x0.0', 'intel-hda,id=h0',
           'hda-output,audiodev=a0,bus=h0.0', 'pci-bridge,chassis_nr=1', 'nvme,serial=1,id=n0', 'nvme-ns,drive=d2,bus=n0', 'e1000', 'e1000e', 'vmxnet3',
           'pvscsi', 'bochs-display', 'secondary-vga', 'rtl8139', 'pvpanic']
OF_BOARD = {'pc-i440fx': ['floppy'], 'pc-q35': ['pcie-root-port,chassis=2']}
CPUS = ['qemu64', 'qemu32', '486', 'pentium3', 'Conroe', 'core2duo', 'Haswell', 'Skylake-Server', 'Cascadelake-Server', 'Cooperlake', 'Opteron_G3',
        'Opteron_G5', 'EPYC', 'EPYC-v2', 'n270', 'max']
# What differs from one start to the next, or hangs on what the host has installed.
VARYING = {'netdev', 'romsize', 'drive', 'chardev', 'audiodev'}


def version(name):
    return [int(part) for part in name.split('-')[2].split('.')]


def memory_of(machine):
    return '128,slots=2,maxmem=1G' if version(machine) >= [2, 1] else '128'


def arguments(machine):
    said = ['-M', machine, '-S', '-display', 'none', '-no-user-config', '-m', memory_of(machine), '-vga', 'std', '-audiodev', 'none,id=a0', '-chardev', 'null,id=c0']
    for number in range(3):
        said += ['-blockdev', 'null-co,node-name=d%d,size=1048576,read-zeroes=on' % number]
    for device in DEVICES + OF_BOARD[machine.rsplit('-', 1)[0]]:
        said += ['-device', device]
    return said


def devices_in(tree):
    """{"e1000.init-vet": "true"} of `info qtree`; of several devices of a type all values."""
    found, kinds = {}, []
    for line in tree.splitlines():
        indent = len(line) - len(line.lstrip())
        kinds = [entry for entry in kinds if entry[0] < indent]
        if device := re.match(r'\s*dev: ([^,]+),', line):
            kinds.append((indent, device[1]))
        elif kinds and (said := re.match(r'\s*([\w.-]+) = (.*)', line)) and said[1] not in VARYING:
            values = found.setdefault('%s.%s' % (kinds[-1][1], said[1]), [])
            if said[2] not in values:
                values.append(said[2])
    return {key: ' '.join(sorted(values)) for key, values in found.items()}


def facts(binary, machine):
    with Emulator(binary, arguments=arguments(machine), base=[]) as emulator:
        client = emulator.connect()

        def ask(command, **said):
            answer = client.command(command, said)
            check('return' in answer, '%s: %s: %r', machine, command, answer)
            return answer['return']
        told = devices_in(ask('human-monitor-command', **{'command-line': 'info qtree'}))
        for name in CPUS:
            model = ask('query-cpu-model-expansion', type='full', model={'name': name})['model']
            told.update(('%s.%s' % (name, key), json.dumps(value)) for key, value in model['props'].items())
        for cpu in ask('query-cpu-definitions'):
            told['alias of ' + cpu['name']] = cpu.get('alias-of', '')
            told['unavailable of ' + cpu['name']] = ' '.join(cpu['unavailable-features'])
        told.update(('machine.' + key, str(value)) for entry in ask('query-machines') if entry['name'] == machine
                    for key, value in entry.items() if key not in ('name', 'alias', 'is-default'))
        for name in ('firmware', 'suppress-vmdesc', 'smp', 'memory', 'device-memory-region-size'):
            told['machine.' + name] = str(ask('qom-get', path='/machine', property=name))
        return told


def machines_of(binary):
    """The versions of each board, the newest first."""
    with Emulator(binary, base=['-M', 'none', '-display', 'none']) as emulator:
        names = [entry['name'] for entry in emulator.connect().command('query-machines')['return']]
    return [sorted((n for n in names if n.startswith(board)), key=version, reverse=True) for board in ('pc-i440fx-', 'pc-q35-')]


def differences(binary):
    for board in machines_of(binary):
        newer = facts(binary, board[0])
        for machine in board[1:]:
            own = facts(binary, machine)
            yield machine, {key: own.get(key) for key in sorted({*own, *newer}) if own.get(key) != newer.get(key)}
            newer = own


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    parser.add_argument('--record', action='store_true')
    options = parser.parse_args()
    if options.record:
        with open(RECORDING, 'w', encoding='ascii') as file:
            for machine, changed in differences(options.emulator):
                file.write(json.dumps({'machine': machine, 'changed': changed}) + '\n')
        return 0
    with open(RECORDING, encoding='ascii') as file:
        wanted = {line['machine']: line['changed'] for line in map(json.loads, file)}
    seen, wrong = dict(differences(options.emulator)), 0
    for machine in sorted({*seen, *wanted}):
        has, should = seen.get(machine), wanted.get(machine)
        if has is None or should is None:
            wrong += 1
            print('%s: %s' % (machine, 'is missing' if has is None else 'is not QEMU\'s'))
            continue
        for key in sorted({*has, *should}):
            if has.get(key) != should.get(key):
                wrong += 1
                print('%s: %s: %r instead of %r' % (machine, key, has.get(key), should.get(key)))
    print('%d machine types, %d faults' % (len(wanted), wrong))
    return 1 if wrong or not wanted else 0


if __name__ == '__main__':
    sys.exit(main())
