#!/usr/bin/env python3
"""Plugs CPUs and memory into an emulator and takes them out again, playing the guest's part over the qtest protocol: its ACPI code reads the hotplug
registers, reports with _OST, and ejects."""
import argparse
import socket
import struct
import sys
import time

from emulator import Emulator, Trouble, check

CPU_SELECT, CPU_FLAGS, CPU_COMMAND, CPU_DATA = 0xaf00, 0xaf04, 0xaf05, 0xaf08
MEMORY_SELECT, MEMORY_OST_EVENT, MEMORY_OST_STATUS, MEMORY_FLAGS = 0xa00, 0xa04, 0xa08, 0xa14
MIB = 1 << 20
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
        self.directory = emulator.directory

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
        return message.get('data')

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


def modules_of_memory(machine):
    guest = machine.guest
    for name, size in (('m1', 128 * MIB), ('m2', 128 * MIB), ('small', 4096), ('large', 1024 * MIB)):
        machine.ask('object-add', **{'qom-type': 'memory-backend-ram', 'id': name, 'size': size})
    for text, said in (("'memdev' property must be set", {}),
                       ("Device 'nobody' not found", {'memdev': 'nobody'}),
                       ('backend memory size must be multiple of 0x200000', {'memdev': 'small'}),
                       ('not enough space, currently 0x0 in use of total space for memory devices 0x18000000', {'memdev': 'large'}),
                       ('invalid slot number 7, valid range is [0-2]', {'memdev': 'm1', 'slot': 7}),
                       ("'DIMM property node has value 3' which exceeds the number of numa nodes: 1", {'memdev': 'm1', 'node': 3}),
                       ('address must be aligned to 0x200000 bytes', {'memdev': 'm1', 'addr': 4096}),
                       ("can't add memory device [0x1000000:0x8000000], usable range for memory devices [0x100000000:0xd8000000]",
                        {'memdev': 'm1', 'addr': 16 * MIB})):
        machine.refused(text, 'device_add', driver='pc-dimm', id='d1', **said)
    machine.ask('device_add', driver='pc-dimm', id='d1', memdev='m1', addr=0x120000000)
    machine.refused("can't use already busy memdev: m1", 'device_add', driver='pc-dimm', id='d2', memdev='m1')
    machine.refused("slot 0 is busy", 'device_add', driver='pc-dimm', id='d2', memdev='m2', slot=0)
    machine.refused("address range conflicts with memory device id='d1'", 'device_add', driver='pc-dimm', id='d2', memdev='m2', addr=0x120000000)
    machine.ask('device_add', driver='pc-dimm', id='d2', memdev='m2')
    listed = [(d['type'], d['data']['id'], d['data']['addr'], d['data']['slot'], d['data']['memdev']) for d in machine.ask('query-memory-devices')]
    check(listed == [('dimm', 'd2', 0x100000000, 1, '/objects/m2'), ('dimm', 'd1', 0x120000000, 0, '/objects/m1')], 'modules: %s', listed)
    summary = machine.ask('query-memory-size-summary')
    check(summary == {'base-memory': 128 * MIB, 'plugged-memory': 256 * MIB}, 'summary: %s', summary)
    check(machine.ask('human-monitor-command', **{'command-line': 'info numa'}) ==
          '1 nodes\r\nnode 0 cpus: 0\r\nnode 0 size: 384 MB\r\nnode 0 plugged: 256 MB\r\n', 'info numa')
    machine.refused("object 'm1' is in use, can not be deleted", 'object-del', id='m1')
    guest.say('writel', '0x120000000', '0x12345678')
    check(guest.say('readl', '0x120000000') == 0x12345678, 'the memory is not there')

    check(guest.read(0xafe0) == 0x08, 'the guest was not called')
    check([guest.read(MEMORY_SELECT + at, 'l') for at in range(0, 20, 4)] == [0x20000000, 1, 0x8000000, 0, 0], 'the first slot')
    check(guest.read(MEMORY_FLAGS) == 0b011, 'enabled, inserted')
    guest.write(MEMORY_FLAGS, 2)
    machine.ask('device_del', id='d1')
    check(guest.read(MEMORY_FLAGS) == 0b101, 'enabled, to be removed')
    machine.ask('system_reset')
    check(guest.read(MEMORY_FLAGS) == 0b101, 'a reset changed the slot')
    guest.write(MEMORY_OST_EVENT, 3, 'l')
    guest.write(MEMORY_OST_STATUS, 0x84, 'l')
    said = machine.event('ACPI_DEVICE_OST')['info']
    check(said == {'device': 'd1', 'source': 3, 'status': 0x84, 'slot': '0', 'slot-type': 'DIMM'}, 'what the guest reports: %s', said)
    check([s['slot-type'] for s in machine.ask('query-acpi-ospm-status')] == ['DIMM'] * 3, 'query-acpi-ospm-status')
    guest.write(MEMORY_FLAGS, 8)
    gone = machine.event('DEVICE_DELETED')
    check(gone == {'device': 'd1', 'path': '/machine/peripheral/d1'}, 'event: %s', gone)
    check(guest.say('readl', '0x120000000') == 0, 'the memory is still there')
    machine.ask('device_add', driver='pc-dimm', id='d1', memdev='m1')
    check([d['data']['addr'] for d in machine.ask('query-memory-devices')] == [0x100000000, 0x108000000], 'the next free place')


def nodes(machine):
    """Said before the machine is there."""
    def set_node(kind, **options):
        machine.ask('set-numa-node', type=kind, **options)
    machine.refused('memdev=nobody is ambiguous', 'set-numa-node', type='node', memdev='nobody')
    set_node('node', nodeid=0, memdev='m0')
    set_node('node', nodeid=1, memdev='m1')
    machine.refused('Duplicate NUMA nodeid: 1', 'set-numa-node', type='node', nodeid=1, memdev='m1')
    set_node('cpu', **{'node-id': 0, 'socket-id': 1})
    set_node('cpu', **{'node-id': 1, 'socket-id': 0})
    machine.ask('x-exit-preconfig')
    machine.refused('The command is permitted only before the machine has been created', 'set-numa-node', type='node')
    places = {p['props']['socket-id']: p['props']['node-id'] for p in machine.ask('query-hotpluggable-cpus')}
    check(places == {0: 1, 1: 0}, 'nodes of CPUs: %s', places)
    plug = {'driver': 'qemu64-x86_64-cpu', 'id': 'c', 'socket-id': 1, 'core-id': 0, 'thread-id': 0}
    machine.refused('invalid node-id, must be 0', 'device_add', **plug, **{'node-id': 1})
    machine.ask('device_add', **plug)
    check([(c['cpu-index'], c['props']['node-id']) for c in machine.ask('query-cpus-fast')] == [(0, 1), (1, 0)], 'query-cpus-fast')
    check(machine.ask('human-monitor-command', **{'command-line': 'info numa'}) ==
          '2 nodes\r\nnode 0 cpus: 1\r\nnode 0 size: 32 MB\r\nnode 0 plugged: 0 MB\r\n'
          'node 1 cpus: 0\r\nnode 1 size: 32 MB\r\nnode 1 plugged: 0 MB\r\n', 'info numa')
    machine.refused("object 'm0' is in use, can not be deleted", 'object-del', id='m0')
    check([m['id'] for m in machine.ask('query-memdev')] == ['m1', 'm0'], 'query-memdev')
    blocks = machine.ask('human-monitor-command', **{'command-line': 'info ramblock'}).split()
    check(blocks.index('m0') < blocks.index('m1') and 'pc.ram' not in blocks, 'info ramblock: %s', blocks)
    # The nodes' memory lies one behind the other.
    machine.guest.say('write', hex(32 * MIB - 2), '4', '0x01020304')
    check(machine.guest.say('readl', hex(32 * MIB - 2)) == 0x04030201, 'memory across nodes')


def dumps(machine):
    directory = machine.directory
    machine.refused("Invalid parameter 'protocol'", 'dump-guest-memory', paging=False, protocol='tcp:1')
    machine.refused('kdump-lzo is not available now', 'dump-guest-memory', paging=False, protocol='file:x', format='kdump-lzo')
    machine.refused("File descriptor named 'none' has not been found", 'dump-guest-memory', paging=False, protocol='fd:none')
    machine.refused("Invalid parameter 'length'", 'dump-guest-memory', paging=False, protocol='file:%s/d' % directory, begin=0, length=0)
    check(machine.ask('query-dump') == {'status': 'failed', 'completed': 0, 'total': 0}, 'a dump that failed')
    machine.guest.say('writel', '0x100000', '0x12345678')
    machine.ask('cont')
    machine.qmp.send('{"execute": "dump-guest-memory", "arguments": {"paging": false, "protocol": "file:%s/core"}}\n' % directory)
    machine.event('STOP')
    done = machine.event('DUMP_COMPLETED')['result']
    machine.event('RESUME')
    check(machine.qmp.message() == {'return': {}}, 'no reply')
    check(done['status'] == 'completed' and done['completed'] == done['total'], 'result: %s', done)
    check(machine.ask('query-dump') == done, 'query-dump')
    with open(directory + '/core', 'rb') as file:
        core = file.read()
    check(core[:5] == b'\x7fELF\x02', 'no ELF file of 64 bits')
    start, = struct.unpack_from('<Q', core, 32)
    count, = struct.unpack_from('<H', core, 56)
    segments = [struct.unpack_from('<IIQQQQQQ', core, start + 56 * n) for n in range(count)]
    check(sum(s[5] for s in segments if s[0] == 1) == done['total'], 'segments: %s', segments)
    offset = next(s[2] + 0x100000 - s[3] for s in segments if s[0] == 1 and s[3] <= 0x100000 < s[3] + s[5])
    check(core[offset:offset + 4] == bytes([0x78, 0x56, 0x34, 0x12]), 'memory in the file')
    notes = core[segments[0][2]:segments[0][2] + segments[0][5]]
    check(notes.count(b'CORE\0') == 2 and notes.count(b'QEMU\0') == 2, 'notes of two CPUs')
    # Only a part, and the answer before the end.
    machine.ask('stop')
    machine.ask('dump-guest-memory', paging=False, protocol='file:%s/part' % directory, begin=0xfff00, length=0x200, detach=True)
    part = machine.event('DUMP_COMPLETED')['result']
    check(part == {'status': 'completed', 'completed': 0x200, 'total': 0x200}, 'a part: %s', part)


def notes_of_the_guest(machine):
    """The guest's kernel says where its note for dumps is; a dump has it."""
    check(machine.ask('query-vm-generation-id') == {'guid': '324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87'}, 'query-vm-generation-id')
    check(machine.ask('qom-get', path='/machine/peripheral/generation', property='guid') == '324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87', 'guid')
    machine.refused("Parameter 'driver' expects a pluggable device type", 'device_add', driver='vmgenid')
    machine.refused("Device 'vmgenid' does not support hotplugging", 'device_del', id='generation')
    guest = machine.guest

    def item(number, size):
        guest.write(0x510, number, 'w')
        return bytes(guest.read(0x511) for _ in range(size))
    count, = struct.unpack('>I', item(0x19, 4))
    directory = item(0x19, 4 + 64 * count)
    files = {}
    for at in range(4, len(directory), 64):
        size, number = struct.unpack_from('>IH', directory, at)
        files[directory[at + 8:at + 64].rstrip(b'\0').decode()] = (number, size)
    number, size = files['etc/vmgenid_guid']
    page = item(number, size)
    check(size == 4096 and page[40:56].hex() == 'af6e4e32d1d1f64bbf41b9bb6c91fb87', 'the file with the number: %s', page[:64])
    number, size = files['etc/vmcoreinfo']
    check(item(number, size) == b'\1' + bytes(15), 'the file for the note')
    content = b'OSRELEASE=1'
    note = struct.pack('<III', 11, len(content), 0) + b'VMCOREINFO\0\0' + content + b'\0'

    def put(address, data):
        guest.say('write', hex(address), len(data), '0x' + data.hex())
    put(0x10000, note)
    put(0x20000, struct.pack('<HHIQ', 1, 1, len(note), 0x10000))
    # A DMA access: select the item, write 16 bytes.
    put(0x30000, struct.pack('>IIQ', number << 16 | 0x18, 16, 0x20000))
    guest.write(0x518, int.from_bytes(struct.pack('>I', 0x30000), 'little'), 'l')
    check(guest.say('readl', '0x30000') == 0, 'the access failed')
    machine.ask('dump-guest-memory', paging=False, protocol='file:%s/core' % machine.directory)
    with open(machine.directory + '/core', 'rb') as core:
        check(note in core.read(4096), 'the note is not in the dump')
    # A reset forgets it.
    machine.ask('system_reset')
    machine.ask('dump-guest-memory', paging=False, protocol='file:%s/core2' % machine.directory)
    with open(machine.directory + '/core2', 'rb') as core:
        check(b'VMCOREINFO' not in core.read(2048), 'the note is still in the dump')


SCENES = {
    'cpus': (['-smp', '1,maxcpus=4,sockets=4'], cpus),
    'modules-of-memory': (['-m', '128M,slots=3,maxmem=512M'], modules_of_memory),
    'nodes': (['-preconfig', '-smp', '1,maxcpus=2,sockets=2', '-object', 'memory-backend-ram,id=m0,size=32M',
               '-object', 'memory-backend-ram,id=m1,size=32M'], nodes),
    'dumps': (['-smp', '2'], dumps),
    'notes-of-the-guest': (['-device', 'vmcoreinfo', '-device', 'vmgenid,id=generation,guid=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87'],
                           notes_of_the_guest),
}


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
