#!/usr/bin/env python3
"""Plugs devices in and out of an emulator thousands of times: every one must go with its events, and memory must not grow."""
import argparse
import json
import os
import subprocess
import sys

ARGUMENTS = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none', '-accel', 'qtest',
             '-device', 'virtio-serial-pci,id=ports', '-qmp', 'stdio']
MOST_GROWTH = 512      # KiB


class Client:
    def __init__(self, path):
        self.process = subprocess.Popen([path] + ARGUMENTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True,
                                        # AddressSanitizer keeps what is freed, in memory that counts.
                                        env={**os.environ, 'ASAN_OPTIONS': 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0'})
        self.process.stdout.readline()
        self.events = []
        self.ask('qmp_capabilities')

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit('the emulator ended')
        return json.loads(line)

    def ask(self, command, **arguments):
        self.process.stdin.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.process.stdin.flush()
        while True:
            answer = self.read()
            if 'event' in answer:
                self.events.append(answer)
            elif 'return' in answer:
                return answer['return']
            else:
                sys.exit('%s %s: %s' % (command, arguments, answer))

    def wait_deleted(self, device):
        while True:
            while self.events:
                event = self.events.pop(0)
                if event['event'] == 'DEVICE_DELETED' and event['data'].get('device') == device:
                    return
            answer = self.read()
            if 'event' in answer:
                self.events.append(answer)

    def resident(self):
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))


def cycle(client, number):
    kind = number % 4
    if kind == 0:
        # No guest is there to let go: the reset takes it.
        client.ask('device_add', driver='virtio-rng-pci', id='d', addr='5')
        client.ask('device_del', id='d')
        client.ask('system_reset')
    else:
        client.ask('device_add', driver='virtserialport', bus='ports.0', id='d', name='port%d' % kind)
        client.ask('device_del', id='d')
    client.wait_deleted('d')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    parser.add_argument('--cycles', type=int, default=10000)
    options = parser.parse_args()
    client = Client(options.emulator)
    for number in range(options.cycles // 10):
        cycle(client, number)
    before = client.resident()
    for number in range(options.cycles):
        cycle(client, number)
    growth = client.resident() - before
    left = [p['name'] for p in client.ask('qom-list', path='/machine/peripheral') if p['name'] not in ('type', 'ports')]
    client.ask('quit')
    client.process.wait()
    print('%d cycles, %d KiB more' % (options.cycles, growth))
    return 1 if growth > MOST_GROWTH or left else 0


if __name__ == '__main__':
    sys.exit(main())
