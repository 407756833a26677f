#!/usr/bin/env python3
"""Plays the guest: runs the cases of the modules beside this file against an emulator, and against the real QEMU where it is
installed, with the same expectations.

A module has functions `case_NAME(start)`; `start(*arguments, **options)` makes a rig.Machine.
"""
import argparse
import importlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

MODULES = ['acpi', 'boot', 'cirrus', 'display', 'dma', 'firmware', 'held_requests', 'input_devices', 'pflash', 'power', 'q35', 'sata', 'serial_ports', 'timers', 'virtio_blk', 'virtio_net', 'virtio_serial', 'virtio_small']


def cases(modules, wanted):
    for name in modules:
        module = importlib.import_module(name)
        for key, function in vars(module).items():
            if key.startswith('case_') and (not wanted or wanted in name + '.' + key[5:]):
                yield name + '.' + key[5:], function


def run(binary, modules, wanted, quiet, tries=1):
    passed = failed = 0
    todo = [(name, function, tries) for name, function in cases(modules, wanted)]
    while todo:
        name, function, left = todo.pop(0)
        machines = []

        def start(*arguments, **options):
            machines.append(rig.Machine(binary, arguments, **options))
            return machines[-1]

        begin = time.monotonic()
        try:
            function(start)
        except (rig.Trouble, OSError, ValueError, KeyError, TypeError, IndexError, subprocess.SubprocessError) as problem:
            if left > 1:
                todo.append((name, function, left - 1))
                continue
            failed += 1
            where = ''
            frame = problem.__traceback__
            while frame:
                if frame.tb_frame.f_code is function.__code__:
                    where = ' (line %d)' % frame.tb_lineno
                frame = frame.tb_next
            print('FAIL %s on %s%s: %s: %s' % (name, binary, where, type(problem).__name__, problem), flush=True)
        else:
            passed += 1
            if not quiet:
                print('ok   %s on %s (%.2f s)' % (name, os.path.basename(binary), time.monotonic() - begin), flush=True)
        finally:
            for machine in machines:
                machine.close()
    print('%s: %d passed, %d failed' % (os.path.basename(binary), passed, failed))
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--reference', default='qemu-system-x86_64', metavar='PATH', help='left out where it is not installed')
    parser.add_argument('--filter', default='', metavar='TEXT', help='only cases whose MODULE.NAME contains it')
    parser.add_argument('--quiet', action='store_true', help='only what failed')
    options = parser.parse_args()
    failed = run(options.emulator, MODULES, options.filter, options.quiet)
    if rig.shutil.which(options.reference):
        # Its guest runs beside the one that a case plays, and may come first.
        failed += run(options.reference, MODULES, options.filter, options.quiet, tries=3)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
