"""A small client of the remote framebuffer protocol (RFC 6143): byte by byte what is asked for, so that a test can also do wrong things."""
import select
import socket
import struct
import time

RAW, HEXTILE, DESKTOP_SIZE, EXTENDED_KEY, POINTER_TYPE, LED_STATE = 0, 5, -223, -258, -257, -261
DESKTOP_NAME, XVP, EXTENDED_DESKTOP_SIZE = -307, -309, -308


class Gone(OSError):
    """The server has ended the connection."""


class Rfb:
    """One connection. What a read waits for comes within `patience` seconds, or it is a TimeoutError."""

    def __init__(self, address, patience=10):
        if isinstance(address, socket.socket):
            self.stream = address
        else:
            self.stream = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ':' in address[0] else socket.AF_INET)
            self.stream.settimeout(patience)
            self.stream.connect(address)
        self.stream.settimeout(patience)
        self.size, self.name, self.bytes_per_pixel = None, None, 4
        self.screen = bytearray()       # pixels as they came, row by row; empty before the first update
        self.pseudo = []                # pseudo-rectangles that came: (encoding, x, y, width, height, data)

    def close(self):
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, count):
        data = b''
        while len(data) < count:
            try:
                more = self.stream.recv(count - len(data))
            except (ConnectionResetError, BrokenPipeError):
                more = b''
            if not more:
                raise Gone('after %r' % data[:80])
            data += more
        return data

    def number(self, format):
        return struct.unpack('>' + format, self.read(struct.calcsize('>' + format)))[0]

    def text(self):
        return self.read(self.number('I')).decode('latin-1')

    def send(self, *data):
        self.stream.sendall(b''.join(data))

    def quiet(self, seconds):
        """Whether nothing comes in that time."""
        return not select.select([self.stream], [], [], seconds)[0]

    def ended(self):
        """Whether the server ends the connection; what it sent before is dropped."""
        end = time.monotonic() + self.stream.gettimeout()
        try:
            while time.monotonic() < end:
                if not self.stream.recv(65536):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False

    # --- Handshakes

    def versions(self, mine=b'RFB 003.008\n'):
        """The server's, after which ours goes out."""
        theirs = self.read(12)
        self.send(mine)
        return theirs

    def securities(self):
        return list(self.read(self.number('B')))

    def open(self, version=8, shared=1, password=None):
        """All of the handshake; the failure's text is a PermissionError."""
        self.versions(b'RFB 003.%03d\n' % version)
        if version == 3:
            kind = self.number('I')
        else:
            offered = self.securities()
            if not offered:
                raise PermissionError(self.text())
            kind = offered[0]
            self.send(bytes([kind]))
        if kind == 2:
            self.send(answer_challenge(self.read(16), password or ''))
        if kind == 2 or version == 8:
            if self.number('I'):
                raise PermissionError(self.text() if version == 8 else '')
        return self.initialise(shared)

    def initialise(self, shared=1):
        self.send(bytes([shared]))
        head = self.read(24)
        self.size = struct.unpack('>HH', head[:4])
        self.format = head[4:20]
        self.name = self.read(struct.unpack('>I', head[20:])[0]).decode('latin-1')
        return self

    # --- Messages of the client

    def set_format(self, bits, depth, maxima, shifts, big_endian=False, true_colour=True):
        self.bytes_per_pixel = bits // 8
        self.send(struct.pack('>B3xBBBBHHHBBB3x', 0, bits, depth, big_endian, true_colour, *maxima, *shifts))

    def set_encodings(self, *encodings):
        self.send(struct.pack('>BxH%di' % len(encodings), 2, len(encodings), *encodings))

    def request(self, incremental=False, area=None):
        self.send(struct.pack('>BBHHHH', 3, incremental, *(area or (0, 0) + self.size)))

    def key(self, symbol, down):
        self.send(struct.pack('>BBxxI', 4, down, symbol))

    def extended_key(self, symbol, code, down):
        self.send(struct.pack('>BBHII', 255, 0, down, symbol, code))

    def pointer(self, x, y, buttons=0):
        self.send(struct.pack('>BBHH', 5, buttons, x, y))

    # --- Messages of the server

    def update(self):
        """Reads one framebuffer update into `screen` and `pseudo`: a list of (encoding, x, y, width, height)."""
        kind = self.number('B')
        if kind == 1:                   # a colour map
            self.read(1)
            first, count = struct.unpack('>HH', self.read(4))
            self.colours = (first, self.read(count * 6))
            return []
        if kind != 0:
            raise ValueError('message %d' % kind)
        self.read(1)
        rectangles = []
        for _ in range(self.number('H')):
            x, y, width, height, encoding = struct.unpack('>HHHHi', self.read(12))
            rectangles.append((encoding, x, y, width, height))
            if encoding == RAW:
                self.paint(x, y, width, height, self.read(width * height * self.bytes_per_pixel))
            elif encoding == HEXTILE:
                self.hextile(x, y, width, height)
            else:
                data = b''
                if encoding == LED_STATE:
                    data = self.read(1)
                elif encoding == DESKTOP_NAME:
                    data = self.read(self.number('I'))
                elif encoding == EXTENDED_DESKTOP_SIZE:
                    data = self.read(4)
                    data += self.read(16 * data[0])
                elif encoding not in (DESKTOP_SIZE, EXTENDED_KEY, POINTER_TYPE):
                    raise ValueError('encoding %d' % encoding)
                self.pseudo.append((encoding, x, y, width, height, data))
                if encoding in (DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE):
                    self.size = (width, height)
        return rectangles

    def hextile(self, left, top, width, height):
        pixel = self.bytes_per_pixel
        background = foreground = bytes(pixel)
        lines = [bytearray(width * pixel) for _ in range(height)]
        for y in range(0, height, 16):
            for x in range(0, width, 16):
                w, h = min(16, width - x), min(16, height - y)
                what = self.number('B')
                if what & 1:
                    data = self.read(w * h * pixel)
                    for row in range(h):
                        lines[y + row][x * pixel:(x + w) * pixel] = data[row * w * pixel:(row + 1) * w * pixel]
                    continue
                if what & 2:
                    background = self.read(pixel)
                if what & 4:
                    foreground = self.read(pixel)
                for row in range(h):
                    lines[y + row][x * pixel:(x + w) * pixel] = background * w
                for _ in range(self.number('B') if what & 8 else 0):
                    colour = self.read(pixel) if what & 16 else foreground
                    xy, wh = self.read(2)
                    for row in range((xy & 15), (xy & 15) + (wh & 15) + 1):
                        at = (x + (xy >> 4)) * pixel
                        lines[y + row][at:at + ((wh >> 4) + 1) * pixel] = colour * ((wh >> 4) + 1)
        self.paint(left, top, width, height, b''.join(lines))

    def paint(self, left, top, width, height, data):
        pixel, line = self.bytes_per_pixel, self.size[0] * self.bytes_per_pixel
        if len(self.screen) != line * self.size[1]:
            self.screen = bytearray(line * self.size[1])
        for row in range(height):
            at = (top + row) * line + left * pixel
            self.screen[at:at + width * pixel] = data[row * width * pixel:(row + 1) * width * pixel]


# --- DES (FIPS 46-3), for the one answer that authentication with a password takes

_INITIAL = [58 - 8 * (i % 8) + 2 * (i // 8 % 4) - i // 32 for i in range(64)]
_FINAL = [_INITIAL.index(i + 1) + 1 for i in range(64)]
_EXPAND = [(4 * (i // 6) + i % 6 - 1) % 32 + 1 for i in range(48)]
_PERMUTE = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
_CHOOSE = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
           63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4]
_COMPRESS = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
             41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32]
_TURNS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
_BOXES = ['e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d', 'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
          'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c', '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
          '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453', 'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
          '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c', 'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b']


def _pick(bits, table):
    return [bits[i - 1] for i in table]


def _bits(data):
    return [byte >> 7 - i & 1 for byte in data for i in range(8)]


def _mix(right, key):
    bits = [a ^ b for a, b in zip(_pick(right, _EXPAND), key)]
    out = []
    for box in range(8):
        b = bits[6 * box:6 * box + 6]
        digit = int(_BOXES[box][16 * (2 * b[0] + b[5]) + 8 * b[1] + 4 * b[2] + 2 * b[3] + b[4]], 16)
        out += [digit >> 3 & 1, digit >> 2 & 1, digit >> 1 & 1, digit & 1]
    return _pick(out, _PERMUTE)


def encrypt_des(key, block):
    chosen = _pick(_bits(key), _CHOOSE)
    c, d = chosen[:28], chosen[28:]
    bits = _pick(_bits(block), _INITIAL)
    left, right = bits[:32], bits[32:]
    for turns in _TURNS:
        c, d = c[turns:] + c[:turns], d[turns:] + d[:turns]
        left, right = right, [a ^ b for a, b in zip(left, _mix(right, _pick(c + d, _COMPRESS)))]
    out = _pick(right + left, _FINAL)
    return bytes(int(''.join(map(str, out[i:i + 8])), 2) for i in range(0, 64, 8))


def answer_challenge(challenge, password):
    """The password is the key, the bits of its bytes the other way round."""
    key = bytes(int('{:08b}'.format(byte)[::-1], 2) for byte in password.encode('latin-1')[:8].ljust(8, b'\0'))
    return b''.join(encrypt_des(key, challenge[i:i + 8]) for i in (0, 8))
