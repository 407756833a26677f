#!/usr/bin/env python3
"""Runs bad command lines against an emulator and against QEMU and compares what they say on standard error and how they end.

usage: cli_diff.py EMULATOR [--reference QEMU] [--list] [--only TEXT]

Ends with status 0 when all agree, or when QEMU is not installed; 1 when some differ, 2 when EMULATOR cannot be run.
The program's name in front of messages is made the same; lines of QEMU about modules that are not installed are left out.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

# Put in front of every command line: nothing that opens a window or waits.
COMMON = ["-display", "none", "-nodefaults", "-S"]

# One command line a line; {tmp} is an empty folder.
COMMAND_LINES = r"""
-foo
--foo
-
--
---m
-m foo -foo
-m 1 -m
-chardev
--device
-m foo
-m -1
-m 1x
-m 1kk
-m 1.5
-m 1e3
-m size=
-m ,
-m 1,,2
-m foo=1
-m size=64M,foo
-m 16E
-m 99999999999999999999
-m slots=a
-m 1,maxmem=foo
-m 1,slots=2
-m 1,slots=0
-m 1G,maxmem=512M
-m 1G,slots=2,maxmem=1G
-m 1,slots=1,maxmem=1
-m 1G,slots=300,maxmem=2G
-m 1G,slots=-1,maxmem=2G
-m 1G,slots=2,maxmem=2000000001
-m 1,help
-smp foo
-smp -1
-smp 256
-smp 1k
-smp cores=1k
-smp foo=1
-smp cpus=1,foo
-smp cpus=2,maxcpus=1
-smp clusters=2
-smp 4,sockets=2,cores=2,threads=2
-smp 2,sockets=3
-smp 3,sockets=2
-smp 4,maxcpus=4,cores=3
-smp 2,maxcpus=4,sockets=2,cores=1,threads=1
-smp 6,sockets=1,cores=4,maxcpus=4
-smp 99999999999999999999
-smp 3,a.b=c
-smp threads=foo,cores=bar,zz=1
-smp help
-M none -smp 2
-M none -smp 2,sockets=3
-M none -smp dies=2
-M foo
-M type=foo
-M pc,type=
-M PC
-M pc,foo=bar
-M none,foo=bar
-M none,hpet=on
-M pc,usb=maybe
-M pc,usb
-M pc,,x
-M pc,=x
-M pc,a..b=x
-M pc,1=x
-M pc,usb=on,usb.foo=x
-M pc,usb.foo=x,usb=on
-M pc,usb.x=foo
-M pc,kernel.x=foo
-M pc,type.x=foo
-M pc,accel.x=foo
-M pc,kernel-irqchip.x=foo
-M pc,smp=3
-M pc,boot=c
-M pc,smp.cpus=foo
-M pc,memory=64M
-M pc,memory.size=foo
-M pc,memory.foo=64M
-M pc,memory.max-size=1
-M pc,boot.order=x
-M pc,vmport=foo
-M pc,hpet=foo
-M pc,mem-merge=foo
-M pc,phandle-start=foo
-M pc,max-ram-below-4g=foo
-M pc,max-ram-below-4g=5G
-M pc,max-fw-size=foo
-M pc,bus-lock-ratelimit=foo
-M pc,smbios-entry-point-type=foo
-M pc,x-oem-id=toolong67
-M pc,x-oem-table-id=toolong6789
-M pc,confidential-guest-support=foo
-M pc,memory-encryption=foo
-M pc,nvdimm-persistence=foo
-M pc,thread=single
-M pc,default_bus_bypass_iommu=x
-M pc -M q35,type=pc,foo=1
-M help,foo
-no-acpi -M none
-M pc,foo=bar -smp foo
-smp foo -boot foo=1
-smp 999 -boot order=x
-smp 999 -m 1,slots=2
-boot order=x -m 1,slots=2
-accel foo
-accel foo -accel bar
-accel tcg,foo=1
-accel tcg,thread=foo
-accel tcg,thread
-accel tcg,tb-size=foo
-accel tcg,split-wx=foo
-accel tcg,kernel-irqchip=on
-accel kvm,kernel-irqchip=foo
-accel kvm,dirty-ring-size=foo
-M pc,accel=foo
-M pc,accel=
-M pc,accel=tcg -accel foo
-M pc,kernel-irqchip=foo -accel kvm
-accel foo -m 1,slots=2
-cpu foo
-cpu ''
-cpu ,foo
-cpu QEMU64
-cpu host
-cpu foo -accel foo
-cpu foo -m 1,slots=400,maxmem=4G
-M none -cpu foo
-name a,foo=b
-name =
-name a,process=b,debug-threads=foo
-uuid 123
-uuid ''
-uuid 12345678-1234-1234-1234-123456789abx
-uuid 123456781234-1234-1234-123456789abc
-boot foo=c
-boot x
-boot cc
-boot strict
-boot order=c,once=x
-boot once=cc
-boot menu=foo
-boot splash-time=foo
-boot splash-time=70000
-boot reboot-timeout=-2
-boot order=ac,strict=maybe
-boot abcdefghijklmnop
-boot e
-boot once=e
-boot order=c,order=x
-boot help
-rtc base=xxx
-rtc base=2020-01
-rtc clock=xxx
-rtc driftfix=foo
-rtc foo=1
-rtc utc
-rtc clock=foo,driftfix=bar,base=baz
-rtc base=2020-01-01,driftfix=foo,clock=bar
-rtc base=foo -M foo
-rtc help
-watchdog foo
-watchdog-action foo
-watchdog-action ''
-action reboot=foo
-action shutdown=foo
-action panic=foo
-action watchdog=foo
-action panic
-action foo=bar
-action help,panic=none
-msg foo=on
-msg timestamp=foo
-msg guest-name=on -name zz -smp foo
-name zz -msg guest-name=on -smp foo
-display foo
-display ''
-display none,foo=bar
-display vc
-vga foo
-vga ''
-vga st
-smp foo -vga foo
-M foo -vga foo
-accel foo -vga foo
-append foo
-initrd foo
-M foo -append x
-vga foo -append x
-rtc base=foo -append x
-global foo
-global a.b
-global .b=c
-global a.=c
-global driver=a
-global driver=a,property=b
-global driver=x.y=z
-global ''
-global help
-overcommit foo=on
-overcommit mem-lock=foo
-overcommit help
-sandbox foo
-sandbox on,foo=bar
-sandbox on,spawn=foo
-sandbox on,obsolete=foo
-sandbox on,elevateprivileges=foo
-sandbox on,resourcecontrol=foo
-sandbox on,help
-runas nosuchuser
-runas 0:
-runas 1x:2
-seed foo
-seed 5x
-seed -1
-add-fd foo
-add-fd fd=0,set=1
-add-fd fd=1
-add-fd fd=77,set=1
-add-fd fd=-1,set=1
-add-fd fd=99999999999,set=1
-add-fd set=1
-add-fd fd=foo
-fw_cfg foo
-fw_cfg name=foo
-fw_cfg name=opt/foo,file=/nonex,string=x
-smbios foo
-chardev null
-chardev null,id=x,foo=1
-chardev null,id=x,server=bar
-chardev null,id=x,to=bar
-chardev null,id=1x
-chardev null,id=x -chardev null,id=x
-mon chardev=a,mode=foo
-mon mode=foo
-mon a,foo=bar
-mon a,pretty=foo
-mon a,help
-monitor foo
-qmp foo
-qmp none
-qmp foo -M foo
-drive if=none,id=1x
-drive if=none,id=a -drive if=none,id=a
-device ib700,id=1x
-device ib700,id=x -device ib700,id=x
-device {"driver":
-device {}
-blockdev driver=raw,node-name=a,file.driver
-blockdev driver=raw,node-name=a,file.0=a,file.2=b
-blockdev driver=raw,node-name=a,file.0=a,file.x=b
-blockdev driver=raw,node-name=a,file.=a
-blockdev driver=raw,node-name=a,.file=a
-blockdev driver=raw,node-name=a,1a=b
-blockdev driver=raw,node-name=a,a@=b
-blockdev {"driver":
-blockdev {foo}
-blockdev '{"driver":"null-co"} x'
-blockdev help
-netdev user,id=a -netdev user,id=a
-net none,foo=bar
-set foo
-set a.b
-set a.b.c=d
-set drive.b.c=d
-set chardev.a.b
-set drive.a.=
-set device.a.x=1
-set machine.x.y=z
-set object.b.foo=d
-chardev null,id=a -set chardev.a.foo=d
-chardev null,id=a -set chardev.a.server=d
-trace foo=bar
-trace a,help
-prom-env foo
-semihosting
-old-param
-xen-domid 1
-xen-attach
-localtime
-startdate now
-no-kvm
-enable-fips
-balloon none
-readconfig /nonexistent/file
-readconfig /tmp
-readconfig
"""

# Texts of -readconfig files.
CONFIG_FILES = [
    'x = "y"\n', 'junk\n', '  [mon]\n', '[]\n chardev = ""\n', '# comment\n\n   # c2\n[mon]\n', '[mon]\n   \n chardev = "x"\n',
    '[foo]\n x="y"\n', '[foo "a"]\n', '[mon]\n chardev = "x"\n mode = "control"\n[foo]\n',
    '[chardev "a"]\n foo = "y"\n', '[chardev "a"]\n server = "y"\n', '[chardev ""]\n backend = "null"\n',
    '[chardev "ab c"]\n backend = "null"\n', '[chardev "a"]\n backend = "null"\n[chardev "a"]\n backend = "null"\n',
    '[mon]\n chardev="x"\n', '[mon]\n ="x"\n', '[mon]\n chardev = "x"\n mode = "foo"\n',
    '[mon "a"]\n chardev = "x"\n[mon "a"]\n chardev = "y"\n', '[mon]\n chardev = "x"\n pretty = "maybe"\n',
    '[mon]\n ' + 'k' * 80 + ' = "x"\n',
    '[machine]\n type = "foo"\n', '[machine]\n foo = "foo"\n', '[machine "x"]\n usb = "maybe"\n', '[machine]\n smp = "foo"\n',
    '[machine]\n smp.foo = "foo"\n', '[memory]\n size = "foo"\n', '[memory]\n foo = "64"\n', '[smp-opts]\n cpus = "foo"\n',
    '[smp-opts]\n foo = "foo"\n', '[boot-opts]\n foo = "foo"\n', '[accel]\n accel = "foo"\n', '[rtc]\n base = "foo"\n',
    '[rtc]\n foo = "foo"\n', '[name]\n foo = "foo"\n', '[msg]\n timestamp = "foo"\n', '[action]\n panic = "foo"\n',
    '[sandbox]\n enable = "foo"\n', '[overcommit]\n cpu-pm = "foo"\n', '[cpu]\n model = "foo"\n', '[blockdev]\n driver = "x"\n',
    '[set]\n', '[iothread "a"]\n', '[global]\n driver = "a"\n property="b"\n',
]


def normalise(text, program):
    """The program's own name becomes PROGRAM; what QEMU says of its missing modules goes."""
    lines = [line for line in text.splitlines() if not line.startswith("qemu: module ")]
    name = re.escape(os.path.basename(program))
    lines = [re.sub(r"^((?:\S+ )?)%s:" % name, r"\1PROGRAM:", line) for line in lines]
    return "\n".join(lines)


def run(program, arguments, folder):
    try:
        done = subprocess.run([program] + COMMON + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=20, cwd=folder)
        status, errors = done.returncode, done.stderr
    except subprocess.TimeoutExpired as expired:
        status, errors = "still runs", expired.stderr or b""
    return status, normalise(errors.decode(errors="replace"), program)


def cases(folder):
    for line in COMMAND_LINES.strip().splitlines():
        # JSON stands there without quotes of a shell.
        yield line.split(" ") if "{" in line and "'" not in line else shlex.split(line.replace("{tmp}", folder))
    for number, text in enumerate(CONFIG_FILES):
        name = "config%d" % number
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
        yield ["-readconfig", name]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("emulator")
    parser.add_argument("--reference", default="qemu-system-x86_64")
    parser.add_argument("--only", default="", help="only command lines that contain this text")
    parser.add_argument("--list", action="store_true", help="prints what the emulator says to each, and compares nothing")
    options = parser.parse_args()

    emulator = shutil.which(options.emulator)
    if not emulator:
        print("cannot run", options.emulator, file=sys.stderr)
        return 2
    emulator = os.path.abspath(emulator)
    reference = shutil.which(options.reference)
    if not reference and not options.list:
        print("SKIPPED:", options.reference, "is not installed, there is nothing to compare with")
        return 0

    count = different = 0
    with tempfile.TemporaryDirectory() as folder:
        for arguments in cases(folder):
            if options.only not in " ".join(arguments):
                continue
            count += 1
            ours = run(emulator, arguments, folder)
            if options.list:
                print(shlex.join(arguments), "->", ours[0], "\n" + ours[1])
                continue
            theirs = run(reference, arguments, folder)
            if ours != theirs:
                different += 1
                print("DIFFERENT:", shlex.join(arguments))
                if arguments[-1].startswith("config"):
                    print("  file:", repr(CONFIG_FILES[int(arguments[-1][6:])]))
                print("  reference %s: %s" % theirs)
                print("  emulator  %s: %s" % ours)
    if not options.list:
        print("%d command lines, %d different" % (count, different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
