"""What firmware is told of the devices to boot from."""
from rig import equal


def read(m, name):
    m.outw(0x510, 0x19)
    take = lambda size: bytes(m.inb(0x511) for _ in range(size))  # noqa: E731
    for _ in range(int.from_bytes(take(4), 'big')):
        entry = take(64)
        if entry[8:].split(b'\0')[0].decode() == name:
            m.outw(0x510, int.from_bytes(entry[4:6], 'big'))
            return take(int.from_bytes(entry[:4], 'big')).decode()
    raise KeyError(name)


DISKS = ['-drive', 'file=@DIR@/disk,format=raw,if=none,id=x', '-device', 'ide-hd,drive=x,bootindex=2,lcyls=120,lheads=16,lsecs=63',
         '-blockdev', 'null-co,node-name=a', '-device', 'virtio-blk-pci,drive=a,bootindex=1,lcyls=5,lheads=6,lsecs=7',
         '-device', 'virtio-scsi-pci,id=s', '-blockdev', 'null-co,node-name=c',
         '-device', 'scsi-hd,drive=c,bootindex=7,lcyls=1,lheads=2,lsecs=3,bus=s.0,scsi-id=3,lun=2']


def case_order_and_geometry(start):
    m = start(*DISKS, '-device', 'e1000,bootindex=4', '-global', 'isa-fdc.bootindexB=9', files={'disk': bytes(1 << 20)})
    equal(read(m, 'bootorder').split('\n'),
          ['/pci@i0cf8/scsi@2/disk@0,0', '/pci@i0cf8/ide@1,1/drive@1/disk@0', '/pci@i0cf8/ethernet@4/ethernet-phy@0',
           '/pci@i0cf8/scsi@3/channel@0/disk@3,2', '/pci@i0cf8/isa@1/fdc@03f0/floppy@1\0'])
    equal(read(m, 'bios-geometry').split('\n'),
          ['/pci@i0cf8/ide@1,1/drive@1/disk@0 120 16 63', '/pci@i0cf8/scsi@2/disk@0,0 5 6 7',
           '/pci@i0cf8/scsi@3/channel@0/disk@3,2 1 2 3\0'])


def case_nothing_to_say(start):
    m = start()
    equal([read(m, 'bootorder'), read(m, 'bios-geometry')], ['', ''])


def case_strict(start):
    m = start(*DISKS, '-boot', 'strict=on', files={'disk': bytes(1 << 20)})
    equal(read(m, 'bootorder').split('\n')[-1], 'HALT\0')


def case_the_same_index_twice(start):
    m = start('-blockdev', 'null-co,node-name=a', '-device', 'virtio-blk-pci,drive=a,bootindex=1', '-blockdev', 'null-co,node-name=b')
    equal(m.qmp('device_add', driver='virtio-blk-pci', drive='b', bootindex=1).get('desc'), 'The bootindex 1 has already been used')


def order_in_cmos(m): return cmos(m, 0x3d) << 8 | cmos(m, 0x38)


def cmos(m, register):
    m.outb(0x70, register)
    return m.inb(0x71)


def case_once(start):
    m = start('-boot', 'once=a,order=nda')
    equal(order_in_cmos(m), 0x0100)
    m.qmp('human-monitor-command', **{'command-line': 'boot_set c'})
    equal(order_in_cmos(m), 0x0200)
    m.qmp('system_reset')
    equal(order_in_cmos(m), 0x3410)


def case_boot_set_stays(start):
    m = start()
    m.qmp('human-monitor-command', **{'command-line': 'boot_set c'})
    m.qmp('system_reset')
    equal(order_in_cmos(m), 0x0200)


def disk(name, *where): return ['-drive', f'file=@DIR@/{name},format=raw,if=none,id={name}', '-device', ','.join([f'ide-hd,drive={name}', *where])]


def case_drives_in_cmos(start):
    m = start(*disk('a', 'bus=ide.0', 'unit=1', 'cyls=300', 'heads=8', 'secs=32'), *disk('b', 'bus=ide.1', 'bios-chs-trans=rechs'),
              '-device', 'floppy,drive-type=144', '-device', 'floppy,unit=1,drive-type=120', files={'a': bytes(1 << 20), 'b': bytes(1 << 20)})
    equal([cmos(m, r) for r in (0x10, 0x12, 0x14, 0x19, 0x1a, 0x39)], [0x42, 0x0f, 0x47, 0, 47, 0x30])
    equal([cmos(m, 0x24 + i) for i in range(9)], [300 & 0xff, 1, 8, 0xff, 0xff, 0xc0, 300 & 0xff, 1, 32])
    m.qmp('system_reset')
    equal(cmos(m, 0x12), 0x0f)


def case_drives_of_q35_in_cmos(start):
    m = start(*disk('a', 'bus=ide.0'), *disk('b', 'bus=ide.2'), '-device', 'isa-fdc,id=f', '-device', 'floppy,bus=f.0', machine='q35',
              files={'a': bytes(1 << 20), 'b': bytes(1 << 20)})
    equal([cmos(m, r) for r in (0x10, 0x12, 0x14, 0x19, 0x1a)], [0x50, 0xf0, 0x07, 47, 0])
