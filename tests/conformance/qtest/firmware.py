"""fw_cfg, the BIOS image, and RAM behind them."""
import struct

from rig import equal

SIGNATURE, ID, UUID, RAM, NO_GRAPHICS, CPUS, BOOT_MENU, MAX_CPUS, DIRECTORY = 0, 1, 2, 3, 4, 5, 0xe, 0xf, 0x19


def item(m, number, size):
    m.outw(0x510, number)
    return bytes(m.inb(0x511) for _ in range(size))


def files(m):
    count, = struct.unpack('>I', item(m, DIRECTORY, 4))
    table = item(m, DIRECTORY, 4 + 64 * count)[4:]
    entries = [struct.unpack('>IHxx56s', table[i:i + 64]) for i in range(0, len(table), 64)]
    return {name.rstrip(b'\0').decode(): (number, size) for size, number, name in entries}


def contents(m, name):
    return item(m, *files(m)[name])


def dma(m, control, length, address, block=0x1000):
    m.write(block, struct.pack('>IIQ', control, length, address))
    m.outl(0x514, 0)
    m.outl(0x518, int.from_bytes(struct.pack('>I', block), 'little'))
    return struct.unpack('>I', m.read(block, 4))[0]


def case_items(start):
    m = start('-uuid', '00112233-4455-6677-8899-aabbccddeeff', '-smp', '2,maxcpus=4', '-boot', 'menu=on')
    equal(item(m, SIGNATURE, 5), b'QEMU\0')
    equal(item(m, ID, 4), b'\3\0\0\0')
    equal(item(m, UUID, 16).hex(), '00112233445566778899aabbccddeeff')
    equal(item(m, RAM, 8), struct.pack('<Q', 64 << 20))
    equal(item(m, NO_GRAPHICS, 2), b'\0\0')
    equal(item(m, CPUS, 2), b'\2\0')
    equal(item(m, MAX_CPUS, 2), b'\4\0')
    equal(item(m, BOOT_MENU, 2), b'\1\0')
    equal(item(m, 0x8002, 4), b'\1\0\0\0')
    equal(item(m, 0x3f, 4), b'\0\0\0\0')


def case_files(start):
    m = start('-boot', 'reboot-timeout=77,splash-time=123', '-fw_cfg', 'name=opt/org.test,string=text', '-fw_cfg',
              'name=opt/file,file=@DIR@/data', files={'data': b'\0\1\2'})
    names = list(files(m))
    equal(names, sorted(names))
    equal(contents(m, 'etc/boot-fail-wait'), struct.pack('<i', 77))
    equal(contents(m, 'etc/boot-menu-wait'), struct.pack('<H', 123))
    equal(contents(m, 'opt/org.test'), b'text')
    equal(contents(m, 'opt/file'), b'\0\1\2')
    equal(contents(m, 'bootorder'), b'')
    equal(contents(m, 'etc/system-states').hex(), '800000818280')
    equal(contents(m, 'etc/e820').hex(), struct.pack('<QQIQQI', 0xfd00000000, 0x300000000, 2, 0, 64 << 20, 1).hex())


def case_defaults(start):
    m = start()
    equal(contents(m, 'etc/boot-fail-wait'), b'\xff\xff\xff\xff')
    equal('etc/boot-menu-wait' in files(m), False)
    equal(item(m, UUID, 16), bytes(16))


def case_smbios(start):
    m = start('-uuid', '00112233-4455-6677-8899-aabbccddeeff', '-smbios', 'type=0,vendor=Ven,version=Ver,date=12/31/99,release=4.2',
              '-smbios', 'type=1,manufacturer=Man,serial=S-1', '-smbios', 'type=2,product=Board', '-smbios',
              'type=3,asset=Tag', '-smbios', 'type=11,value=one,value=two', '-smp', '2,sockets=2', memory='5G')
    anchor, tables = contents(m, 'etc/smbios/smbios-anchor'), contents(m, 'etc/smbios/smbios-tables')
    equal(anchor.hex(), '5f534d5f001f020854000000000000005f444d495f00%s000000000d0028' % struct.pack('<H', len(tables)).hex())
    kinds, at = [], 0
    while at < len(tables):
        kinds.append(tables[at])
        at = tables.index(b'\0\0', at + tables[at + 1]) + 2
    equal(kinds, [0, 1, 2, 3, 4, 4, 11, 16, 17, 19, 19, 32, 127])
    equal(tables[:0x18].hex(), '00180000010200e8030008000000000000000014' + '0402ffff')
    for text in (b'Ven\0Ver\x0012/31/99\0\0', b'Man\0Standard PC (i440FX + PIIX, 1996)\0pc-i440fx-7.2\0S-1\0\0', b'one\0two\0\0',
                 b'CPU 1\0QEMU\0pc-i440fx-7.2\0\0', b'DIMM 0\0QEMU\0\0', b'QEMU\0Board\0pc-i440fx-7.2\0\0', b'Tag\0\0'):
        equal(text in tables, True, 'presence of %r' % text)


def case_widths(start):
    m = start()
    m.outw(0x510, 0)
    equal([m.inb(0x510), m.inb(0x511), m.inw(0x510), m.inb(0x511)], [0x51, 0x45, 0, 0x4d])
    m.outw(0x511, 0x0100)
    m.outb(0x510, 3)
    equal(m.inb(0x511), 0x55)
    equal([m.inb(0x514 + i) for i in range(8)], list(b'QEMU CFG'))
    equal(m.inl(0x514), 0x554d4551)


def case_dma(start):
    m = start()
    m.write(0x2000, b'\xaa' * 16)
    equal(dma(m, 0x0a, 4, 0x2000), 0)
    equal(m.read(0x2000, 6), b'QEMU\xaa\xaa')
    equal(dma(m, 0x02, 4, 0x2000), 0)
    equal(m.read(0x2000, 6), b'\0\0\0\0\xaa\xaa')
    equal(dma(m, 0x0000000c, 2, 0), 0)
    equal(dma(m, 0x02, 4, 0x2000), 0)
    equal(m.read(0x2000, 4), b'MU\0\0')
    equal(dma(m, 0x00030018, 4, 0x2000), 1, 'writing')
    equal(dma(m, 0x003f000a, 4, 0x2008), 0, 'an item that is not there')


def case_bios(start):
    image = bytes(range(256)) * 512
    m = start('-bios', '@DIR@/bios', files={'bios': image})
    equal(m.read(0xe0000, 0x20000) == image, True)
    equal(m.read(0xfffe0000, 0x20000) == image, True)
    m.writel(0xe0000, 0x12345678)
    m.writel(0xffff0000, 0x12345678)
    m.writel(0xc0000, 0x12345678)
    equal([m.readl(0xe0000), m.readl(0xffff0000), m.readl(0xc0000)], [0x03020100, 0x03020100, 0])


def case_large_bios(start):
    image = bytes((i >> 12 ^ i) & 255 for i in range(256 << 10))
    m = start('-bios', '@DIR@/bios', files={'bios': image})
    equal(m.read(0xfffc0000, 0x40000) == image, True)
    equal(m.read(0xe0000, 0x20000) == image[0x20000:], True)


def case_ram_behind_the_bios(start):
    m = start('-bios', '@DIR@/bios', files={'bios': b'\xbb' * 65536})
    for register, base in ((0x59, 0xf0000), (0x5a, 0xc0000), (0x5d, 0xd8000)):
        rom = m.readl(base)
        m.config_write(0, register, 0x33, 1)
        equal(m.readl(base), 0)
        m.writel(base, 0xcafe0000 | register)
        m.config_write(0, register, 0, 1)
        equal(m.readl(base), rom)
        m.config_write(0, register, 0x11, 1)
        equal(m.readl(base), 0xcafe0000 | register)
        m.config_write(0, register, 0, 1)


def case_system_management_ram(start):
    m = start()
    for value, wanted in ((0x0a, 0x0a), (0x4a, 0x4a), (0x42, 0x42), (0x02, 0x02)):
        m.config_write(0, 0x72, value, 1)
        equal(m.config_read(0, 0x72, 1), wanted)
        m.writel(0xa0000, 0x55660000 | value)
        equal(m.readl(0xa0000), 0x55660000 | value)
