#!/usr/bin/env python3
"""Many domains under one libvirt: defined, started, listed, suspended, resumed, destroyed; what a domain costs in time and memory.

usage: density.py --emulator PATH [--domains 200] [--reference QEMU --reference-domains 20]

Prints a table, for the benchmark's report. Nothing about time is asserted; that every domain reaches every state is.
Without root, libvirt or namespaces it says so and ends with status 77.
"""
import argparse
import os
import shutil
import sys
import time

from emulator import Trouble, check
import private_libvirt

DOMAIN = '''<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>{emulator}</emulator>
    <controller type='usb' model='none'/>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>
    <serial type='pty'><target port='0'/></serial>
    <memballoon model='virtio'/>
    <video><model type='none'/></video>
  </devices>
</domain>'''


class Fleet:
    def __init__(self, libvirt, emulator, count):
        self.libvirt, self.emulator = libvirt, os.path.realpath(shutil.which(emulator) or emulator)
        self.names = ['domain-%03d' % n for n in range(count)]
        self.figures = {}

    def all(self, command):
        """The command for every domain, by one virsh, so that its own starting is not what is measured."""
        begin = time.monotonic()
        self.libvirt.virsh('; '.join('%s %s' % (command, name) for name in self.names), seconds=900)
        self.figures[command] = (time.monotonic() - begin) * 1000 / len(self.names)

    def expect(self, state, *filters):
        begin = time.monotonic()
        listed = self.libvirt.virsh('list', '--all', '--name', *filters).split()
        self.figures.setdefault('list', (time.monotonic() - begin) * 1000)
        check(sorted(listed) == self.names, '%d of %d domains are %s', len(listed), len(self.names), state)

    def define(self):
        for name in self.names:
            disk = self.libvirt.path(name + '.img')
            with open(disk, 'wb') as image:
                image.truncate(1 << 20)
            with open(self.libvirt.path(name), 'w') as xml:
                xml.write(DOMAIN.format(name=name, emulator=self.emulator, disk=disk))
        begin = time.monotonic()
        self.libvirt.virsh('domcapabilities', '--emulatorbin', self.emulator, '--virttype', 'qemu', seconds=300)
        self.figures['probe'] = (time.monotonic() - begin) * 1000
        begin = time.monotonic()
        self.libvirt.virsh('; '.join('define ' + self.libvirt.path(name) for name in self.names), seconds=900)
        self.figures['define'] = (time.monotonic() - begin) * 1000 / len(self.names)

    def memory(self):
        """PSS of a domain's emulator, in MiB: what is shared counts in shares."""
        total = 0
        running = self.libvirt.processes(os.path.basename(self.emulator))
        check(len(running) == len(self.names), '%d emulators run for %d domains', len(running), len(self.names))
        for number in running:
            with open('/proc/%d/smaps_rollup' % number) as rollup:
                total += next(int(line.split()[1]) for line in rollup if line.startswith('Pss:'))
        self.figures['PSS'] = total / 1024 / len(running)

    def run(self):
        self.define()
        self.all('start')
        self.expect('running', '--state-running')
        self.memory()
        self.all('suspend')
        self.expect('paused', '--state-paused')
        self.all('resume')
        self.expect('running', '--state-running')
        self.all('destroy')
        self.expect('off', '--inactive')
        check(not self.libvirt.processes(os.path.basename(self.emulator)), 'an emulator is left')
        self.all('undefine')
        return self.figures


def measure(emulator, count):
    with private_libvirt.Libvirt() as libvirt:
        return Fleet(libvirt, emulator, count).run()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--emulator', required=True)
    parser.add_argument('--domains', type=int, default=200)
    parser.add_argument('--reference', help='an emulator to measure beside it')
    parser.add_argument('--reference-domains', type=int, default=20)
    options = parser.parse_args()
    reason = private_libvirt.why_not()
    if reason:
        print('skipped: no libvirt of our own can run here (%s)' % reason)
        return 77
    try:
        columns = [('Rhea', options.domains, measure(options.emulator, options.domains))]
        if options.reference:
            columns.append(('QEMU', options.reference_domains, measure(options.reference, options.reference_domains)))
    except Trouble as trouble:
        print('failed:', trouble)
        return 1
    print('| under one libvirt | unit | %s |' % ' | '.join('%s, %d domains' % column[:2] for column in columns))
    print('| --- | --- |' + ' ---: |' * len(columns))
    for figure in ('probe', 'define', 'start', 'suspend', 'resume', 'destroy', 'list', 'PSS'):
        unit = 'MiB' if figure == 'PSS' else 'ms'
        label = {'PSS': 'PSS of a domain', 'list': 'list all', 'probe': 'probe the emulator'}.get(figure, figure + ' a domain')
        print('| %s | %s | %s |' % (label, unit, ' | '.join('%.1f' % column[2][figure] for column in columns)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
