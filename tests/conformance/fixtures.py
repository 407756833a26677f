"""Files that an entry asks for: raw and qcow2 images, texts, fifos, and ROMs from a tiny assembler (see qmpdiff.py --help)."""
import os
import struct


def make_qcow2(path, size, backing=None, backing_fmt=None):
    """A minimal empty qcow2 (version 3, 64 KiB clusters)."""
    cl = 65536
    l1n = max(1, -(-size // (cl * (cl // 8))))
    hdr = struct.pack('>4sIQIIQIIQQIIQ', b'QFI\xfb', 3, 0, 0, 16, size, 0, l1n,
                      3 * cl, cl, 1, 0, 0)
    hdr += struct.pack('>QQQII', 0, 0, 0, 4, 104)
    ext = b''
    if backing_fmt:
        f = backing_fmt.encode()
        ext += struct.pack('>II', 0xE2792ACA, len(f)) + f + b'\0' * (-len(f) % 8)
    ext += struct.pack('>II', 0, 0)
    body = bytearray(hdr + ext)
    if backing:
        b = backing.encode()
        struct.pack_into('>QI', body, 8, len(body), len(b))
        body += b
    img = bytearray(4 * cl)
    img[:len(body)] = body
    struct.pack_into('>Q', img, cl, 2 * cl)
    for i in range(4):
        struct.pack_into('>H', img, 2 * cl + 2 * i, 1)
    with open(path, 'wb') as f:
        f.write(img)


def assemble(ops):
    """A tiny 16-bit x86 assembler, see FORMAT."""
    out = bytearray()
    for op in ops:
        name, a = op[0], op[1:]
        if name in ('out8', 'out16', 'out32', 'in8', 'in16', 'in32'):
            out += b'\xba' + struct.pack('<H', a[0])
        if name == 'out8':
            out += b'\xb0' + struct.pack('<B', a[1]) + b'\xee'
        elif name == 'out16':
            out += b'\xb8' + struct.pack('<H', a[1]) + b'\xef'
        elif name == 'out32':
            out += b'\x66\xb8' + struct.pack('<I', a[1]) + b'\x66\xef'
        elif name == 'in8':
            out += b'\xec'
        elif name == 'in16':
            out += b'\xed'
        elif name == 'in32':
            out += b'\x66\xed'
        elif name == 'hlt':
            out += b'\xf4'
        elif name == 'cli':
            out += b'\xfa'
        elif name == 'spin':
            out += b'\xeb\xfe'
        elif name == 'mem8':
            seg, off = a[0] >> 4, a[0] & 15
            out += b'\xb8' + struct.pack('<H', seg) + b'\x8e\xd8'
            out += b'\xc6\x06' + struct.pack('<HB', off, a[1])
        elif name == 'pause':
            # mov bx,N; outer: mov cx,0; inner: loop inner; dec bx; jnz outer
            out += b'\xbb' + struct.pack('<H', a[0])
            out += b'\xb9\x00\x00' + b'\xe2\xfe' + b'\x4b' + b'\x75\xf8'
        elif name == 'once':
            # halt for good if CMOS byte 0x50 is 0x55 (it survives reset), else set it
            out += bytes.fromhex('b050e670e4713c557503f4ebfdb050e670b055e671')
        elif name == 'wait55':
            # N times 55 ms by PIT channel 2
            out += b'\xbb' + struct.pack('<H', a[0])
            out += bytes.fromhex('e46124fd0c01e661b0b0e643b0ffe642e642e461a82074fa4b75e5')
        elif name == 'triple':
            # far data first: jmp over 6 zero bytes, lidt cs:[them], int3
            at = len(out) + 2
            out += b'\xeb\x06' + bytes(6) + b'\x2e\x0f\x01\x1e' + struct.pack('<H', at) + b'\xcc'
        elif name == 'outsw':
            # cx words of whatever is at ds:si to a port
            out += b'\xba' + struct.pack('<H', a[0]) + b'\xb9' + struct.pack('<H', a[1]) + b'\xf3\x6f'
        elif name == 'bytes':
            out += bytes.fromhex(a[0])
        else:
            raise ValueError('unknown rom op ' + name)
    return bytes(out)


def make_file(path, spec, tmp):
    if 'raw' in spec:
        with open(path, 'wb') as f:
            if 'fill' in spec:
                f.write(bytes([spec['fill']]) * spec['raw'])
            f.truncate(spec['raw'])
    elif 'text' in spec:
        with open(path, 'w') as f:
            f.write(spec['text'].replace('@TMP@', tmp))
    elif 'qcow2' in spec:
        b = spec.get('backing')
        make_qcow2(path, spec['qcow2'], b and b.replace('@TMP@', tmp),
                   spec.get('backing_fmt'))
    elif 'fifo' in spec:
        os.mkfifo(path)
    elif 'rom' in spec:
        code = assemble(spec['rom'])
        img = bytearray(b'\xf4' * 65536)
        img[0:len(code)] = code
        img[0xfff0:0xfff5] = b'\xea\x00\x00\x00\xf0'
        with open(path, 'wb') as f:
            f.write(img)
    else:
        raise ValueError('unknown file spec %r' % (spec,))
