#!/usr/bin/env python3
"""Compares the whole object tree of a pc and of a q35 with recordings of QEMU's: paths and types (qom-tree-pc.txt), where the memory
regions lie and where the links lead (qom-values-pc.txt). Nothing may be missing, and nothing there that QEMU has not. --record QEMU
makes the second recording anew."""
import argparse
import os
import re
import sys

from emulator import Emulator

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance')
VALUES = os.path.join(HERE, 'qom-values-pc.txt')
BASE = ['-M', 'pc', '-S', '-display', 'none']
MACHINES = {'default': ['-drive', 'if=ide,driver=null-co,size=1M'], 'nodefaults': ['-nodefaults']}
# One of each kind of function that has regions of its own.
DEVICES = ['AC97', 'ES1370', 'intel-hda', 'e1000', 'rtl8139', 'secondary-vga', 'bochs-display', 'VGA', 'i6300esb', 'ib700',
           'nvme,serial=1,drive=n0', 'pvpanic', 'pvpanic-pci', 'piix3-usb-uhci', 'usb-ehci', 'qemu-xhci', 'pci-ohci', 'lsi53c895a', 'megasas',
           'megasas-gen2', 'mptsas1068', 'pvscsi', 'isa-debugcon,chardev=c0', 'isa-debug-exit', 'isa-serial,chardev=c1',
           'isa-parallel,chardev=c2', 'pci-bridge,chassis_nr=1,id=b1', 'i82801b11-bridge']
VALUED = dict(MACHINES)
VALUED['devices'] = ['-nodefaults', '-m', '128M,slots=2,maxmem=1G', '-object', 'memory-backend-ram,id=m0,size=16M', '-device', 'pc-dimm,memdev=m0',
                     '-blockdev', 'null-co,node-name=n0']
for number in range(3):
    VALUED['devices'] += ['-chardev', 'null,id=c%d' % number]
for device in DEVICES:
    VALUED['devices'] += ['-device', device]
VALUED['q35'] = ['-M', 'q35', '-drive', 'if=ide,driver=null-co,size=1M']
VALUED['q35-devices'] = ['-M', 'q35', '-nodefaults', '-m', '3G', '-usb']
for device in ['pcie-root-port,id=p0,chassis=1', 'ioh3420,id=p1,chassis=2', 'x3130-upstream,id=up,bus=p1', 'xio3130-downstream,id=down,bus=up,chassis=3',
               'virtio-balloon-pci,bus=p0', 'qemu-xhci,bus=down', 'pcie-pci-bridge,id=b0', 'e1000,bus=b0', 'i82801b11-bridge,id=b1', 'ahci,id=a0']:
    VALUED['q35-devices'] += ['-device', device]
VALUED['cirrus'] = ['-nodefaults', '-vga', 'cirrus', '-m', '5G', '-smp', '2,maxcpus=4']


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


def sections(path, read):
    with open(path, encoding='utf-8') as file:
        for part in re.split('^# ', file.read(), flags=re.MULTILINE)[1:]:
            name, text = part.split('\n', 1)
            yield name, read(text)


def values(client):
    """["/machine/… lies in /machine/unattached/io[0] at 0x60, size 0x1, priority 0", "/machine/… leads to …"]"""
    found = []

    def get(path, name):
        return client.command('qom-get', {'path': path, 'property': name})['return']

    def walk(path):
        for entry in client.command('qom-list', {'path': path or '/'})['return']:
            below = path + '/' + entry['name']
            if entry['type'] == 'child<memory-region>':
                inside, address, size, priority = (get(below, name) for name in ('container', 'addr', 'size', 'priority'))
                found.append('%s lies in %s at %#x, size %#x, priority %d' % (below, inside or 'nothing', address, size, priority))
            elif entry['type'].startswith('link<') and entry['name'] != 'container':
                found.append('%s leads to %s' % (below, get(path, entry['name']) or 'nothing'))
            if entry['type'].startswith('child<'):
                walk(below)
    walk('')
    return sorted(found)


def values_of(emulator, name):
    with Emulator(emulator, base=BASE, arguments=VALUED[name]) as running:
        with running.connect() as client:
            return values(client)


def record(qemu):
    with open(VALUES, 'w', encoding='utf-8') as file:
        for name in VALUED:
            file.write('# %s\n' % name + ''.join(line + '\n' for line in values_of(qemu, name)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    parser.add_argument('--record', action='store_true', help='EMULATOR is a QEMU: record its values')
    options = parser.parse_args()
    if options.record:
        return record(options.emulator)
    failed = False
    for name, recorded in sections(os.path.join(HERE, 'qom-tree-pc.txt'), lines_with_paths):
        with Emulator(options.emulator, base=BASE, arguments=MACHINES[name]) as emulator:
            with emulator.connect() as client:
                reply = client.command('human-monitor-command', {'command-line': 'info qom-tree'})
        ours = set(lines_with_paths(reply['return']))
        missing = [line for line in recorded if line not in ours]
        more = sorted(ours - set(recorded))
        for line in missing:
            print('%s: missing: %s' % (name, line))
        for line in more:
            print('%s: not in QEMU: %s' % (name, line))
        failed |= bool(missing or more)
        print('%s: %d of %d objects' % (name, len(ours), len(recorded)))
    for name, recorded in sections(VALUES, str.splitlines):
        ours = values_of(options.emulator, name)
        differ = sorted(set(recorded) ^ set(ours))
        for line in differ:
            print('%s: %s: %s' % (name, 'QEMU' if line in recorded else 'Rhea', line))
        failed |= bool(differ)
        print('%s: %d of %d values' % (name, len(set(ours) & set(recorded)), len(recorded)))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
