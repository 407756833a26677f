"""Keyboard and mouse behind the i8042, fed by QMP."""
from rig import equal

ROM = b'\0' * 65520 + b'\xfa\xf4' + b'\0' * 14      # cli; hlt: it runs, and does nothing


def running(start):
    m = start('-bios', '@DIR@/bios', files={'bios': ROM})
    m.qmp('cont')
    return m


def drain(m):
    data = []
    while m.inb(0x64) & 1:
        data.append(m.inb(0x60))
    return data


def keyboard(m, *values):
    answers = []
    for value in values:
        m.outb(0x60, value)
        answers += drain(m)
    return answers


def mouse(m, *values):
    answers = []
    for value in values:
        m.outb(0x64, 0xd4)
        m.outb(0x60, value)
        answers += drain(m)
    return answers


def translate(m, on):
    m.outb(0x64, 0x60)
    m.outb(0x60, 0x43 if on else 0x03)


def send(m, *events):
    equal(m.qmp('input-send-event', events=list(events)), {})
    return drain(m)


def key(code, down=True):
    return {'type': 'key', 'data': {'down': down, 'key': {'type': 'qcode', 'data': code}}}


def button(name, down=True):
    return {'type': 'btn', 'data': {'button': name, 'down': down}}


def move(axis, by):
    return {'type': 'rel', 'data': {'axis': axis, 'value': by}}


def case_keyboard_commands(start):
    m = running(start)
    equal(keyboard(m, 0xff), [0xfa, 0xaa])
    equal(keyboard(m, 0xf2), [0xfa, 0xab, 0x83])
    equal(keyboard(m, 0xee), [0xee])
    equal(keyboard(m, 0xf0, 0x00), [0xfa, 0xfa, 0x02])
    for value in (0x12, 0xf7, 0xfd, 0xfe, 0x05, 0xfb):
        equal(keyboard(m, value), [0xfe], 'answer to %#x' % value)
    for value in (0xf5, 0xf6, 0xf4, 0x00):
        equal(keyboard(m, value), [0xfa], 'answer to %#x' % value)
    equal(keyboard(m, 0xed, 0x07, 0xf3, 0x20, 0xfc, 0x10), 6 * [0xfa])
    translate(m, True)
    equal(keyboard(m, 0xf2), [0xfa, 0xab, 0x41])
    equal(keyboard(m, 0xf0, 0x00), [0xfa, 0xfa, 0x41])


def case_scan_codes(start):
    m = running(start)
    translate(m, True)
    equal(send(m, key('a'), key('a', False)), [0x1e, 0x9e])
    equal(send(m, key('up'), key('up', False)), [0xe0, 0x48, 0xe0, 0xc8])
    equal(send(m, key('print'), key('print', False)), [0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa])
    equal(send(m, key('pause'), key('pause', False)), [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5])
    equal(send(m, key('lang1')), [])
    translate(m, False)
    equal(send(m, key('a'), key('a', False)), [0x1c, 0xf0, 0x1c])
    equal(send(m, key('volumeup')), [0xe0, 0x32])
    keyboard(m, 0xf0, 1)
    equal(send(m, key('lang1')), [0x72])
    keyboard(m, 0xf0, 3)
    equal(send(m, key('f1'), key('f1', False)), [0x07, 0xf0, 0x07])


def case_modifiers(start):
    m = running(start)
    translate(m, True)
    for held, down, up in (('alt', [0xb8, 0x38, 0x54], [0xd4, 0xb8, 0x38]), ('shift_r', [0xe0, 0x37], [0xe0, 0xb7]),
                           ('alt_r', [0xe0, 0xb8, 0xe0, 0x38, 0x54], [0xd4, 0xe0, 0xb8, 0xe0, 0x38])):
        send(m, key(held))
        equal(send(m, key('print')), down, 'PrintScreen with ' + held)
        equal(send(m, key('print', False)), up, 'PrintScreen with %s, up' % held)
        send(m, key(held, False))
    send(m, key('ctrl'))
    equal(send(m, key('pause')), [0xe0, 0x46, 0xe0, 0xc6])


def case_keys_not_read(start):
    m = running(start)
    for _ in range(20):
        m.qmp('input-send-event', events=[key('a')])
    equal(drain(m), 16 * [0x1c])


def case_mouse(start):
    m = running(start)
    equal(mouse(m, 0xff), [0xfa, 0xaa, 0x00])
    equal(mouse(m, 0xe9), [0xfa, 0x00, 0x02, 0x64])
    equal(send(m, move('x', 5)), [])
    equal(mouse(m, 0xf4), [0xfa])
    equal(send(m, move('x', 5), move('y', -3)), [8, 5, 3])
    equal(send(m, move('x', 300)), [8, 127, 0, 8, 127, 0, 8, 46, 0])
    equal(send(m, button('left')), [9, 0, 0])
    equal(send(m, button('left', False)), [8, 0, 0])
    equal(mouse(m, 0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2), 6 * [0xfa] + [0xfa, 3])
    equal(send(m, button('wheel-up'), button('wheel-up', False)), [8, 0, 0, 0xff])
    equal(mouse(m, 0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf2), 6 * [0xfa] + [0xfa, 4])
    equal(send(m, button('side')), [8, 0, 0, 0x10])
    equal(mouse(m, 0xe7, 0xe9), [0xfa, 0xfa, 0x30, 0x02, 80])
    equal(mouse(m, 0xf0, 0xeb), [0xfa, 0xfa, 8, 0, 0, 0x10])
    equal(mouse(m, 0xee, 0x55, 0xec), [0xfa, 0x55, 0xfa])


def case_errors(start):
    m = start('-bios', '@DIR@/bios', files={'bios': ROM})
    equal(m.qmp('input-send-event', events=[]), {'class': 'GenericError', 'desc': 'VM not running'})
    equal(m.qmp('input-send-event', device='nope', events=[]), {'class': 'DeviceNotFound', 'desc': "Device 'nope' not found"})
    m.qmp('cont')
    equal(m.qmp('input-send-event', events=[{'type': 'abs', 'data': {'axis': 'x', 'value': 1}}]),
          {'class': 'GenericError', 'desc': 'Input handler not found for event type abs'})
    equal(m.qmp('query-mice'), [{'name': 'QEMU PS/2 Mouse', 'index': 2, 'current': True, 'absolute': False}])


def case_send_key(start):
    m = running(start)
    equal(m.qmp('send-key', keys=[{'type': 'qcode', 'data': 'ctrl'}, {'type': 'number', 'data': 46}], hold_time=50), {})
    if m.has_clock:
        for _ in range(3):
            m.step(50000000)
        equal(drain(m), [0x14, 0x21, 0xf0, 0x21, 0xf0, 0x14])
    else:
        equal(drain(m), [0x14])
