"""ACPI tables, as firmware puts them into memory."""
import struct

from rig import equal

BASE = {'etc/acpi/tables': 0x7f00000, 'etc/acpi/rsdp': 0xf0000, 'etc/vmgenid_guid': 0x300000}


def items(m, name):
    m.outw(0x510, 0x19)
    take = lambda size: bytes(m.inb(0x511) for _ in range(size))  # noqa: E731
    for _ in range(int.from_bytes(take(4), 'big')):
        entry = take(64)
        if entry[8:].split(b'\0')[0].decode() == name:
            return int.from_bytes(entry[4:6], 'big'), int.from_bytes(entry[:4], 'big')
    raise KeyError(name)


def fetch(m, name):
    """By DMA: the files are large."""
    item, size = items(m, name)
    m.write(0x1000, struct.pack('>IIQ', item << 16 | 8 | 2, size, 0x100000))
    m.outl(0x514, 0)
    m.outl(0x518, int.from_bytes(struct.pack('>I', 0x1000), 'little'))
    return bytearray(m.read(0x100000, size))


def load(m):
    """Does what the loader's commands say."""
    files = {}
    commands = bytes(fetch(m, 'etc/table-loader'))
    for at in range(0, len(commands), 128):
        command = commands[at:at + 128]
        kind, first = struct.unpack_from('<I56s', command)
        name = first.split(b'\0')[0].decode()
        if kind == 0:
            break
        if kind == 1:
            files[name] = fetch(m, name)
        elif kind == 2:
            source, offset, size = struct.unpack_from('<56sIB', command, 60)
            value = int.from_bytes(files[name][offset:offset + size], 'little') + BASE[source.split(b'\0')[0].decode()]
            files[name][offset:offset + size] = value.to_bytes(size, 'little')
        elif kind == 3:
            offset, begin, length = struct.unpack_from('<III', command, 60)
            files[name][offset] = -sum(files[name][begin:begin + length]) & 0xff
        elif kind == 4:
            source, place, offset, size = struct.unpack_from('<56sIIB', command, 60)
            files['told'] = (name, place, source.split(b'\0')[0].decode(), offset, size)
        else:
            raise ValueError('command %d' % kind)
    return files


def tables(m):
    """The tables by their signatures; each sum is checked on the way."""
    files = load(m)
    blob, rsdp = files['etc/acpi/tables'], files['etc/acpi/rsdp']
    equal([bytes(rsdp[:8]), sum(rsdp) & 0xff], [b'RSD PTR ', 0])

    def table(address):
        at = address - BASE['etc/acpi/tables']
        size = struct.unpack_from('<I', blob, at + 4)[0]
        found = bytes(blob[at:at + size])
        if found[:4] != b'FACS':
            equal(sum(found) & 0xff, 0, 'sum of %s' % found[:4])
        return found

    found = {}
    root = table(struct.unpack_from('<I', rsdp, 16)[0])
    equal(root[:4], b'RSDT')
    for address in struct.unpack('<%dI' % (len(root) // 4 - 9), root[36:]):
        one = table(address)
        found[one[:4].decode()] = one
    fadt = found['FACP']
    for address in struct.unpack_from('<II', fadt, 36):
        one = table(address)
        found[one[:4].decode()] = one
    return found


def case_fixed_tables(start):
    m = start('-smp', '1,maxcpus=2')
    found = tables(m)
    equal(sorted(found), ['APIC', 'DSDT', 'FACP', 'FACS', 'HPET', 'WAET'])
    equal(found['FACP'][44:].hex(),
          '01000900b2000000f1f00000000000000000000004000000000000000000000008000000e0af0000000000000402000404000000'
          'ff0fff0f000000000000000032000000a5800000')
    equal(found['APIC'][36:].hex(),
          '0000e0fe01000000' '0008000001000000' '0008010100000000' '010c00000000c0fe00000000' '020a0000020000000000'
          '020a0005050000000d00' '020a0009090000000d00' '020a000a0a0000000d00' '020a000b0b0000000d00' '0406ff000001')
    equal(found['HPET'][36:].hex(), '01a28680000000000000d0fe0000000000000000')
    equal(found['WAET'][36:].hex(), '02000000')
    equal([len(found['FACS']), found['DSDT'][8]], [64, 1])


def case_no_hpet(start):
    equal(sorted(tables(start('-no-hpet'))), ['APIC', 'DSDT', 'FACP', 'FACS', 'WAET'])


def case_table_of_the_user(start):
    m = start('-acpitable', 'sig=ABCD,oem_id=FOO,oem_table_id=BAR,rev=5,oem_rev=7,asl_compiler_id=XY,asl_compiler_rev=9,data=@DIR@/t',
              '-acpitable', 'data=@DIR@/t', files={'t': b'hello'})
    m.outw(0x510, 0x8000)
    take = lambda size: bytes(m.inb(0x511) for _ in range(size))  # noqa: E731
    equal(take(4), struct.pack('<HH', 2, 41))
    equal(take(41), b'ABCD)\0\0\0\x05:FOO\0\0\0BAR\0\0\0\0\0\x07\0\0\0XY\0\0\x09\0\0\0hello')
    equal(take(43)[2:], b'QEMU)\0\0\0\x01\x12QEMUQEQEMUQEMU\x01\0\0\0QEMU\x01\0\0\0hello')
    equal(tables(m)['ABCD'][36:], b'hello')


def case_numa(start):
    m = start('-smp', '2,maxcpus=3', '-object', 'memory-backend-ram,id=a,size=96M', '-object', 'memory-backend-ram,id=b,size=32M',
              '-numa', 'node,memdev=a,cpus=0', '-numa', 'node,memdev=b,cpus=1-2', memory='128M,slots=2,maxmem=1G')
    found = tables(m)
    equal(sorted(found), ['APIC', 'DSDT', 'FACP', 'FACS', 'HPET', 'SRAT', 'WAET'])
    memory = lambda node, base, size, flags: struct.pack('<BBIHQQIIQ', 1, 40, node, 0, base, size, 0, flags, 0).hex()  # noqa: E731
    equal(found['SRAT'][36:].hex(),
          '010000000000000000000000' '00100000010000000000000000000000' '00100101010000000000000000000000' '00100102010000000000000000000000' +
          memory(0, 0, 0xa0000, 1) + memory(0, 0x100000, 0x5f00000, 1) + memory(1, 0x6000000, 0x2000000, 1) + memory(0, 0, 0, 0) +
          memory(1, 1 << 32, (1024 - 128 + 2 * 1024) << 20, 3))


def case_distances(start):
    m = start('-object', 'memory-backend-ram,id=a,size=32M', '-object', 'memory-backend-ram,id=b,size=32M', '-smp', '2',
              '-numa', 'node,memdev=a', '-numa', 'node,memdev=b', '-numa', 'dist,src=0,dst=1,val=33')
    equal(tables(m)['SLIT'][36:].hex(), '0200000000000000' '0a21' '210a')


def names_of(table, *names):
    """Of these names of machine language those that are not there."""
    return [name for name in names if name.encode() not in table]


def case_hotplug(start):
    """What an operating system looks for: CPUs, modules of memory, slots, and those behind bridges."""
    m = start('-smp', '2,maxcpus=4', '-device', 'pci-bridge,chassis_nr=1,addr=5', memory='64M,slots=2,maxmem=1G')
    dsdt = tables(m)['DSDT']
    equal(names_of(dsdt, 'CPUS', 'C000', 'C003', 'CSCN', 'CTFY', 'CSEL', 'CPEN', 'CINS', 'CRMV', 'CEJ0', 'CDAT', '_E02', 'MHPC', 'MP00', 'MP01',
                   'MDNR', 'MSCN', 'MTFY', 'MCRS', 'MSEL', '_E03', 'PCNT', 'PCIU', 'PCID', 'B0EJ', 'BNUM', 'BSEL', 'PCEJ', '_E01', 'S18_',
                   'S28_', 'SF8_'), [])
    equal(names_of(dsdt, 'C004', 'MP02'), ['C004', 'MP02'])
    # The bridge's slots have the next number.
    equal([dsdt.count(b'\x08BSEL\x00'), dsdt.count(b'\x08BSEL\x01'), dsdt.count(b'\x08BSEL\x0a')], [1, 1, 0])
    equal(names_of(tables(start())['DSDT'], 'C000', 'MHPC'), ['MHPC'])


def case_generation(start):
    m = start('-device', 'vmgenid,guid=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87')
    found = tables(m)
    ssdt = found['SSDT']
    equal(ssdt[16:24], b'VMGENID\0')
    at = ssdt.index(b'VGIA') + 5
    equal(struct.unpack_from('<I', ssdt, at)[0], BASE['etc/vmgenid_guid'])
    equal(names_of(ssdt, 'QEMUVGID', 'VM_Gen_Counter', 'VGEN', 'ADDR', '_E05'), [])
    equal(load(m)['told'], ('etc/vmgenid_addr', 0, 'etc/vmgenid_guid', 40, 8))


def case_numbers_of_the_user(start):
    m = start('-device', 'virtio-rng-pci,addr=4,acpi-index=77', '-device', 'pci-bridge,chassis_nr=1,addr=6,id=b', '-device',
              'virtio-rng-pci,bus=b,addr=2,acpi-index=99', '-device', 'virtio-rng-pci,addr=7.1,acpi-index=55')

    def index(bus, slots):
        m.outl(0xae10, bus)
        m.outl(0xae14, slots)
        return m.inl(0xae14)

    equal([index(0, 1 << 4), index(0, 1 << 5), index(0, 1 << 4 | 1 << 5), index(1, 1 << 2), index(2, 1 << 2), index(0, 1 << 7), index(0, 0)],
          [77, 0, 77, 99, 0, 55, 0])
    equal([index(0, 1 << 4), m.inl(0xae14)], [77, 0])
    equal(m.qmp('device_add', driver='virtio-rng-pci', acpi_index=77, addr='8').get('desc'), 'a PCI device with acpi-index = 77 already exist')
    equal(m.qmp('device_add', driver='virtio-rng-pci', acpi_index=20000, addr='8').get('desc'),
          'acpi-index should be less or equal to 16383')
    equal(names_of(tables(m)['DSDT'], 'PDSM', 'AIDX', '_DSM', 'ASUN'), [])
