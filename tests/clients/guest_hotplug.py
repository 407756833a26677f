#!/usr/bin/env python3
"""Plugs CPUs into an emulator and takes them out again, playing the guest's part over the qtest protocol: its ACPI code reads the hotplug
registers, reports with _OST, and ejects."""
import argparse
import socket
import sys
import time

from emulator import Emulator, Trouble, check

CPU_SELECT, CPU_FLAGS, CPU_COMMAND, CPU_DATA = 0xaf00, 0xaf04, 0xaf05, 0xaf08
NEXT_WITH_EVENT, OST_EVENT, OST_STATUS = 0, 1, 2


class Guest:
    """The other end of -qtest."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.stream = self.socket.makefile('rw')

    def say(self, *words):
        self.stream.write(' '.join(str(w) for w in words) + '\n')
        self.stream.flush()
        answer = self.stream.readline().split()
        check(answer[:1] == ['OK'], '%s: %s', words, answer)
        return int(answer[1], 16) if len(answer) > 1 else None

    def read(self, port, size='b'):
        return self.say('in' + size, hex(port))

    def write(self, port, value, size='b'):
        self.say('out' + size, hex(port), hex(value))


class Machine:
    def __init__(self, emulator):
        self.qmp = emulator.connect('main')
        self.guest = Guest(emulator.path('qtest'))

    def ask(self, command, **arguments):
        reply = self.qmp.command(command, arguments)
        check('return' in reply, '%s %s: %s', command, arguments, reply)
        return reply['return']

    def refused(self, text, command, **arguments):
        reply = self.qmp.command(command, arguments)
        check(reply.get('error', {}).get('desc') == text, '%s %s: %s', command, arguments, reply)

    def event(self, name):
        """The data of the next event; it has this name."""
        message = self.qmp.message()
        check(message.get('event') == name, '%s instead of %s', message, name)
        return message['data']

    def cpus(self):
        return [(c['cpu-index'], c['qom-path']) for c in self.ask('query-cpus-fast')]


def cpus(machine):
    driver = 'qemu64-x86_64-cpu'
    plug = {'driver': driver, 'core-id': 0, 'thread-id': 0}
    guest = machine.guest
    machine.refused('Invalid CPU socket-id: 9 must be in range 0:3', 'device_add', **plug, **{'socket-id': 9})
    machine.refused("Invalid CPU type, expected cpu type: 'qemu64-x86_64-cpu'", 'device_add', **{**plug, 'driver': 'max-x86_64-cpu'},
                    **{'socket-id': 1})
    machine.refused("property socket-id: 3 doesn't match set apic-id: 0x1 (socket-id: 1)", 'device_add', driver=driver,
                    **{'apic-id': 1, 'socket-id': 3})
    machine.ask('device_add', id='third', **plug, **{'socket-id': 2})
    machine.ask('device_add', **plug, **{'socket-id': 1})
    machine.refused('CPU[2] with APIC ID 2 exists', 'device_add', **plug, **{'socket-id': 2})
    # Three came to nothing, and took their numbers along; the CPUs are told in the order of their coming.
    check(machine.cpus() == [(0, '/machine/unattached/device[0]'), (2, '/machine/peripheral/third'),
                             (1, '/machine/peripheral-anon/device[3]')], 'CPUs: %s', machine.cpus())
    threads = [c['thread-id'] for c in machine.ask('query-cpus-fast')]
    check(len(set(threads)) == 3, 'host threads: %s', threads)
    places = {p['props']['socket-id']: p.get('qom-path') for p in machine.ask('query-hotpluggable-cpus')}
    check(places == {0: '/machine/unattached/device[0]', 1: '/machine/peripheral-anon/device[3]', 2: '/machine/peripheral/third', 3: None},
          'places: %s', places)

    # Until the guest shows that it knows how, no CPU can leave.
    check(guest.read(CPU_SELECT) == 0b111, 'the bitmap of CPUs')
    machine.refused('acpi: device unplug request for not supported device type: ' + driver, 'device_del', id='third')
    check(machine.ask('query-acpi-ospm-status') == [], 'a guest that knows nothing has said something')
    guest.write(CPU_SELECT, 0)
    machine.refused('Boot CPU is unpluggable', 'device_del', id='/machine/unattached/device[0]')
    machine.ask('device_del', id='third')
    machine.ask('device_del', id='third')
    guest.write(CPU_COMMAND, NEXT_WITH_EVENT)
    check(guest.read(CPU_DATA, 'l') == 2, 'the CPU with an event')
    check(guest.read(CPU_FLAGS) == 0b101, 'present, to be removed')
    guest.write(CPU_COMMAND, OST_EVENT)
    guest.write(CPU_DATA, 3, 'l')
    guest.write(CPU_COMMAND, OST_STATUS)
    guest.write(CPU_DATA, 0x84, 'l')
    said = machine.event('ACPI_DEVICE_OST')['info']
    check(said == {'device': 'third', 'source': 3, 'status': 0x84, 'slot': '2', 'slot-type': 'CPU'}, 'what the guest reports: %s', said)
    check(said in machine.ask('query-acpi-ospm-status'), 'query-acpi-ospm-status forgot')
    guest.write(CPU_FLAGS, 8)
    gone = [machine.event('DEVICE_DELETED') for _ in range(2)]
    check(gone == [{'path': '/machine/peripheral/third/lapic'}, {'device': 'third', 'path': '/machine/peripheral/third'}], 'events: %s', gone)
    check([index for index, _ in machine.cpus()] == [0, 1], 'the CPU is still there')
    # Its place is free again, and the guest hears of who takes it.
    machine.ask('device_add', id='third', **plug, **{'socket-id': 2})
    check(guest.read(CPU_FLAGS) == 0b11, 'present, inserted')
    guest.write(0x70, 0x5f)
    check(guest.read(0x71) == 2, 'CPUs but one, as the firmware reads them')


SCENES = {'cpus': (['-smp', '1,maxcpus=4,sockets=4'], cpus)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    parser.add_argument('scenes', nargs='*', default=list(SCENES))
    options = parser.parse_args()
    failed = False
    for name in options.scenes:
        arguments, scene = SCENES[name]
        begin = time.monotonic()
        with Emulator(options.emulator, arguments=[*arguments, '-qtest', 'unix:@DIR@/qtest,server=on,wait=off', '-accel', 'qtest']) as emulator:
            try:
                scene(Machine(emulator))
            except Trouble as trouble:
                failed = True
                print('%s: %s' % (name, trouble))
            else:
                print('%s: good, %.1f s' % (name, time.monotonic() - begin))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
