"""VGA: registers, the window at 0xa0000, VBE modes, and pictures of the screen."""
import hashlib
import os

from rig import equal

GRAPHICS, SEQUENCER, CRTC, ATTRIBUTE = 0x3ce, 0x3c4, 0x3d4, 0x3c0
FRAME, WINDOW = 0xe0000000, 0xe2000000
VBE = 'id xres yres bpp enable bank width height x y memory'.split()


def start_vga(start, *arguments):
    m = start('-device', 'VGA,id=v,addr=4', *arguments)
    m.config_write(4, 0x10, FRAME)
    m.config_write(4, 0x18, WINDOW)
    m.config_write(4, 4, 7, 2)
    return m


def put(m, port, index, value):
    m.outb(port, index)
    m.outb(port + 1, value)


def get(m, port, index):
    m.outb(port, index)
    return m.inb(port + 1)


def vbe(m, **registers):
    for name, value in registers.items():
        m.outw(0x1ce, VBE.index(name))
        m.outw(0x1d0, value)


def vbe_get(m, name):
    m.outw(0x1ce, VBE.index(name))
    return m.inw(0x1d0)


def picture(m, form='ppm', **more):
    name = m.path('screen.' + form)
    if os.path.exists(name):
        os.unlink(name)
    m.qmp('screendump', filename=name, format=form, **more)
    with open(name, 'rb') as file:
        data = file.read()
    if form != 'ppm':
        return data
    kind, size, most, pixels = data.split(b'\n', 3)
    equal([kind, most], [b'P6', b'255'])
    width, height = map(int, size.split())
    equal(len(pixels), width * height * 3)
    return width, height, pixels


def pixel(picture, x, y):
    width, _, pixels = picture
    at = (y * width + x) * 3
    return tuple(pixels[at:at + 3])


def palette(m, first, *colours):
    m.outb(0x3c8, first)
    for colour in colours:
        for part in colour:
            m.outb(0x3c9, part)


def attributes(m, values):
    m.inb(0x3da)
    for index, value in values.items():
        m.outb(ATTRIBUTE, index)
        m.outb(ATTRIBUTE, value)
    m.outb(ATTRIBUTE, 0x20)


def case_masks_of_registers(start):
    m = start_vga(start)
    m.outb(0x3c2, 0xff)
    equal(m.inb(0x3cc), 0xef)
    equal([m.inb(0x3b4), m.inb(0x3d8), m.inb(0x3cd)], [0xff, 0xff, 0])
    for index, value in enumerate([3, 0x3d, 0x0f, 0x3f, 0x0e, 0, 0, 0xff]):
        put(m, SEQUENCER, index, 0xff)
        equal(get(m, SEQUENCER, index), value, 'sequencer %d' % index)
    for index, value in enumerate([15, 15, 15, 0x1f, 3, 0x7b, 15, 15, 0xff, 0]):
        put(m, GRAPHICS, index, 0xff)
        equal(get(m, GRAPHICS, index), value, 'graphics %d' % index)
    m.outb(GRAPHICS, 0x1f)
    equal(m.inb(GRAPHICS), 15)


def case_timing_is_locked(start):
    m = start_vga(start)
    m.outb(0x3c2, 1)
    put(m, CRTC, 0x11, 0xff)
    for index in range(8):
        put(m, CRTC, index, 0x55)
    equal([get(m, CRTC, i) for i in range(8)], 7 * [0] + [0x10])
    put(m, CRTC, 0x30, 0x5a)
    equal(get(m, CRTC, 0x30), 0x5a)


def case_attributes_and_status(start):
    m = start_vga(start)
    m.outb(0x3c2, 1)
    m.inb(0x3da)
    m.outb(ATTRIBUTE, 0x10)
    m.outb(ATTRIBUTE, 0xff)
    equal([m.inb(0x3c1), m.inb(0x3c0)], [0xef, 0x10])
    looks = [m.inb(0x3da) for _ in range(4)]
    equal([looks[0] ^ looks[1], looks[1] ^ looks[2]], [9, 9])
    m.outb(ATTRIBUTE, 1)
    m.outb(ATTRIBUTE, 0xff)
    m.inb(0x3da)
    m.outb(ATTRIBUTE, 1)
    equal([m.inb(0x3c1), m.inb(0x3c0)], [0x3f, 0])


def case_palette(start):
    m = start_vga(start)
    palette(m, 5, (0xff, 0x3f, 0x11))
    equal(m.inb(0x3c8), 6)
    m.outb(0x3c7, 5)
    equal([m.inb(0x3c7)] + [m.inb(0x3c9) for _ in range(3)], [3, 0xff, 0x3f, 0x11])


def case_planes(start):
    m = start_vga(start)
    put(m, SEQUENCER, 2, 0x0f)
    put(m, GRAPHICS, 6, 0x05)
    put(m, GRAPHICS, 8, 0xff)
    put(m, GRAPHICS, 1, 0x0f)
    put(m, GRAPHICS, 0, 0x05)
    m.writeb(0xa0010, 0)
    equal(m.readl(FRAME + 0x40), 0x00ff00ff, 'set and reset')
    put(m, GRAPHICS, 1, 0)
    put(m, SEQUENCER, 2, 0x02)
    put(m, GRAPHICS, 3, 0x04)
    m.writeb(0xa0010, 0x21)
    equal(m.readl(FRAME + 0x40), 0x00ff12ff, 'one plane, turned')
    put(m, GRAPHICS, 4, 1)
    equal(m.readb(0xa0010), 0x12)
    put(m, SEQUENCER, 2, 0x0f)
    put(m, GRAPHICS, 5, 1)
    m.writeb(0xa0020, 0)
    equal(m.readl(FRAME + 0x80), 0x00ff12ff, 'what was read last')
    put(m, GRAPHICS, 5, 2)
    put(m, GRAPHICS, 3, 0x18)
    m.writeb(0xa0020, 0x0f)
    equal(m.readl(FRAME + 0x80), 0xff00ed00, 'exclusive or')
    put(m, GRAPHICS, 5, 3)
    put(m, GRAPHICS, 3, 0)
    m.readb(0xa0020)
    m.writeb(0xa0020, 0xf0)
    equal(m.readl(FRAME + 0x80), 0x0ff00df0, 'colour under a mask')
    put(m, GRAPHICS, 5, 8)
    put(m, GRAPHICS, 2, 0)
    put(m, GRAPHICS, 7, 0)
    equal(m.readb(0xa0020), 0xff, 'no plane is compared')
    equal(m.readb(0xb0000), 0xff, 'outside the window')


def case_chained_and_odd_even(start):
    m = start_vga(start)
    put(m, SEQUENCER, 2, 0x0f)
    put(m, SEQUENCER, 4, 0x08)
    put(m, GRAPHICS, 6, 0x05)
    m.write(0xa0000, bytes([1, 2, 3, 4, 5]))
    equal(m.read(FRAME, 5), bytes([1, 2, 3, 4, 5]))
    put(m, SEQUENCER, 2, 0x01)
    m.write(0xa0000, bytes([9, 9, 9, 9, 9]))
    equal(m.read(FRAME, 5), bytes([9, 2, 3, 4, 9]))
    put(m, SEQUENCER, 2, 0x03)
    put(m, SEQUENCER, 4, 0)
    put(m, GRAPHICS, 5, 0x10)
    put(m, GRAPHICS, 6, 0x0e)
    m.write(0xb8000, bytes([0x41, 0x07, 0x42, 0x1f]))
    equal(m.read(FRAME, 8)[:2] + m.read(FRAME + 4, 2), bytes([0x41, 0x07, 0x42, 0x1f]))
    equal(m.readw(0xb8002), 0x1f42)
    equal(m.readb(0xa0000), 0xff)


def case_vbe_registers(start):
    m = start_vga(start)
    equal([vbe_get(m, name) for name in VBE], [0xb0c5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x100])
    vbe(m, id=0xb0c9)
    equal(vbe_get(m, 'id'), 0xb0c5)
    vbe(m, id=0xb0c0)
    equal([vbe_get(m, 'id'), m.inb(0x1ce), m.inl(0x1ce), m.inw(0x1cf)], [0xb0c0, 0xff, 0xffffffff, 0xb0c0])
    vbe(m, enable=2)
    equal([vbe_get(m, name) for name in VBE[1:4]], [16000, 12000, 32])
    vbe(m, enable=0)
    vbe(m, xres=805, yres=601, bpp=32, enable=0x41)
    equal([vbe_get(m, name) for name in VBE[1:]], [800, 601, 32, 0x41, 0, 800, 5242, 0, 0, 0x100])
    vbe(m, width=1024, x=8, y=100)
    equal([vbe_get(m, name) for name in VBE[6:10]], [1024, 4096, 8, 100])
    vbe(m, y=4000)
    equal([vbe_get(m, name) for name in VBE[6:10]], [1024, 4096, 8, 0])
    equal([m.readw(WINDOW + 0x500 + 2 * i) for i in range(1, 4)], [800, 601, 32])
    equal([m.readw(WINDOW + 0x516), m.readl(WINDOW + 0x600), m.readl(WINDOW + 0x604)], [0xffff, 8, 0x1e1e1e1e])


def case_registers_in_memory(start):
    m = start_vga(start)
    m.writeb(WINDOW + 0x402, 0x67)
    equal([m.readb(WINDOW + 0x40c), m.inb(0x3cc)], [0x67, 0x67])
    m.writew(WINDOW + 0x404, 0x0f02)
    equal(get(m, SEQUENCER, 2), 0x0f)
    m.writew(WINDOW + 0x502, 640)
    equal(vbe_get(m, 'xres'), 640)


def case_a_screen_that_was_never_set_up(start):
    m = start_vga(start)
    width, height, pixels = picture(m)
    equal([width, height, pixels[:3]], [640, 480, b'\0\0\0'])
    equal({pixels[i:i + 3] for i in range(0, len(pixels), 3)}, {b'\0\0\0', b'\xaa\xaa\xaa'})
    equal(picture(m, 'png')[:8], b'\x89PNG\r\n\x1a\n')
    equal(picture(m, device='v', head=0)[:2], (640, 480))


def case_direct_colours(start):
    m = start_vga(start)
    vbe(m, xres=320, yres=200, bpp=32, enable=0x41)
    attributes(m, {})
    m.writel(FRAME, 0x00123456)
    m.writel(FRAME + 4 * (320 * 199 + 319), 0x00fedcba)
    shot = picture(m)
    equal([shot[:2], pixel(shot, 0, 0), pixel(shot, 319, 199)], [(320, 200), (0x12, 0x34, 0x56), (0xfe, 0xdc, 0xba)])
    vbe(m, enable=0)
    vbe(m, bpp=16, enable=0x41)
    m.writew(FRAME + 2, 0xfd0b)
    equal(pixel(picture(m), 1, 0), (255, 162, 90))
    vbe(m, enable=0)
    vbe(m, bpp=24, enable=0x41)
    m.write(FRAME + 3, bytes([0x11, 0x22, 0x33]))
    equal(pixel(picture(m), 1, 0), (0x33, 0x22, 0x11))
    vbe(m, enable=0)
    vbe(m, bpp=8, enable=0x41)
    palette(m, 7, (0x3f, 0x20, 0x01))
    m.writeb(FRAME + 2, 7)
    equal(pixel(picture(m), 2, 0), (255, 128, 7))


def case_text(start):
    m = start_vga(start)
    m.outb(0x3c2, 0x67)
    put(m, SEQUENCER, 1, 0x01)
    put(m, SEQUENCER, 2, 0x04)
    put(m, SEQUENCER, 4, 0x06)
    put(m, GRAPHICS, 6, 0x04)
    put(m, GRAPHICS, 8, 0xff)
    m.write(0xa0000 + 0x41 * 32, bytes([0x80, 0x01]) + bytes([0xff] * 14))
    put(m, SEQUENCER, 2, 0x03)
    put(m, SEQUENCER, 4, 0x02)
    put(m, GRAPHICS, 5, 0x10)
    put(m, GRAPHICS, 6, 0x0e)
    m.write(0xb8000 + 160, bytes([0x41, 0x1e]))
    for index, value in {1: 79, 9: 15, 0x0a: 0x20, 0x12: 0x8f, 7: 0x1f, 0x13: 40}.items():
        put(m, CRTC, index, value)
    palette(m, 0, *[(i, 2 * i, 3 * i) for i in range(16)])
    attributes(m, {i: i for i in range(16)})
    shot = picture(m)
    equal(shot[:2], (640, 400))
    equal([pixel(shot, x, 16) for x in (0, 1)], [(56, 112, 168), (7, 8, 15)])
    equal([pixel(shot, x, 17) for x in (0, 7)], [(7, 8, 15), (56, 112, 168)])
    equal(pixel(shot, 3, 18), (56, 112, 168))


def case_errors_of_screendump(start):
    m = start_vga(start)
    for arguments, text in (({'head': 1}, "'head' must be specified together with 'device'"),
                            ({'device': 'v', 'head': 1}, 'Device v (head 1) is not bound to a QemuConsole'),
                            ({'device': 'x'}, "Device 'x' not found"),
                            ({'filename': '/nonexistent/x'}, "failed to open file '/nonexistent/x': No such file or directory")):
        equal(m.qmp('screendump', **{'filename': m.path('x'), **arguments}).get('desc'), text)


def start_cirrus(start, *options):
    m = start('-device', 'cirrus-vga,id=v,addr=4', *options)
    m.config_write(4, 0x10, FRAME)
    m.config_write(4, 4, 7, 2)
    m.outb(0x3c2, 0x67)
    return m


def behind_the_mask(m, value):
    m.outb(0x3c6, 0)
    equal([m.inb(0x3c6) for _ in range(4)], [0xff] * 4)
    m.outb(0x3c6, value)


def case_cirrus_registers(start):
    m = start_cirrus(start)
    equal([get(m, SEQUENCER, i) for i in (6, 0x0f, 0x15, 0x17, 0x1f)], [0x0f, 0x98, 4, 0x20, 0x2d])
    put(m, SEQUENCER, 6, 0x12)
    equal(get(m, SEQUENCER, 6), 0x12)
    put(m, SEQUENCER, 6, 0x11)
    equal(get(m, SEQUENCER, 6), 0x0f)
    for index, value in ((7, 0xff), (0x0a, 0xff), (0x17, 0xe7), (4, 0x0e)):
        put(m, SEQUENCER, index, 0xff)
        equal(get(m, SEQUENCER, index), value, 'sequencer %d' % index)
    equal([get(m, CRTC, i) for i in (0x1e, 0x24, 0x27)], [0xff, 0, 0xb8])
    put(m, CRTC, 0x1b, 0x5a)
    put(m, CRTC, 0x27, 0x5a)
    equal([get(m, CRTC, 0x1b), get(m, CRTC, 0x27)], [0x5a, 0xb8])
    behind_the_mask(m, 0xc1)
    equal([m.inb(0x3c6) for _ in range(5)], [0xff] * 4 + [0xc1])


def case_cirrus_modes(start):
    m = start_cirrus(start)
    equal(picture(m)[:2], (640, 480))
    put(m, SEQUENCER, 6, 0x12)
    for index, value in {1: 39, 0x12: 199, 7: 0, 9: 0, 0x13: 40, 0x17: 3, 0x18: 0xff}.items():
        put(m, CRTC, index, value)
    put(m, GRAPHICS, 6, 5)
    put(m, GRAPHICS, 5, 0x40)
    put(m, SEQUENCER, 4, 0x0e)
    put(m, SEQUENCER, 2, 0x0f)
    put(m, SEQUENCER, 7, 0x01)
    attributes(m, {})
    palette(m, 9, (0x3f, 0x20, 0x01))
    m.writeb(FRAME + 5, 9)
    shot = picture(m)
    equal([shot[:2], pixel(shot, 5, 0), pixel(shot, 4, 0)], [(320, 200), (255, 128, 7), (0, 0, 0)])
    put(m, GRAPHICS, 9, 1)
    m.writeb(0xa0000, 9)
    equal(m.readb(FRAME + 0x1000), 9, 'the second bank')
    put(m, CRTC, 0x13, 80)
    put(m, SEQUENCER, 7, 0x07)
    behind_the_mask(m, 0xc1)
    m.writew(FRAME + 640, 0xf800)
    equal(pixel(picture(m), 0, 1), (255, 0, 0))


def case_the_adapter_of_the_board(start):
    for kind, identity in (('std', 0x11111234), ('cirrus', 0x00b81013), ('none', 0xffffffff)):
        m = start('-vga', kind)
        equal(m.config_read(2, 0), identity, kind)
        if kind != 'none':
            equal(picture(m)[:2], (640, 480), kind)


def case_monitor(start):
    """What it says of itself: some of the bytes, and a sum that tells of all."""
    for options, timing, blocks, digest in (
            ('', 'ea2900c051201c304026444045cb1000', 1, '0b59a9bcc6ba76721ba09c7763ec988d'),
            (',xres=1920,yres=1080', 'd25480a072382540e0395540e7121100', 1, 'cc7f35f6dadd9d8f206e0058fbc26b67'),
            (',xres=5000,yres=3000', '000000f7000a00408200282000000000', 2, '28ec383a87e6f9b61535de9c6877f4c5'),
            (',xres=640,yres=480,xmax=1000,ymax=900,refresh_rate=60000', '0b0a80e020e01010a0132200a2790000', 1, '9f3b3208ff34fef9a38950e78f01d593')):
        m = start('-device', 'VGA,addr=4' + options)
        m.config_write(4, 0x18, WINDOW)
        m.config_write(4, 4, 7, 2)
        edid = m.read(WINDOW, 384)
        equal((edid[54:70].hex(), edid[126]), (timing, blocks), options)
        equal([sum(edid[at:at + 128]) % 256 for at in (0, 128, 256)], [0, 0, 0])
        equal(hashlib.md5(edid).hexdigest(), digest, options)
        equal(m.readb(WINDOW + 384), 0xff)
        m.close()
    m = start('-device', 'VGA,addr=4,edid=off')
    m.config_write(4, 0x18, WINDOW)
    m.config_write(4, 4, 7, 2)
    equal(m.read(WINDOW, 4), b'\xff' * 4)
