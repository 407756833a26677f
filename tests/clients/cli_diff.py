#!/usr/bin/env python3
"""Runs bad command lines against an emulator and against QEMU and compares what they say on standard error and how they end.

usage: cli_diff.py EMULATOR [--reference QEMU] [--list] [--only TEXT]

Ends with status 0 when all agree, or when QEMU is not installed; 1 when some differ, 2 when EMULATOR cannot be run.
The program's name in front of messages is made the same; lines of QEMU about modules that are not installed are left out.
"""
import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

# Put in front of every command line: nothing that opens a window or waits.
COMMON = ["-display", "none", "-nodefaults", "-S"]

# One command line a line.
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
-h extra -foo
-numa foo
-numa node
-numa help
-numa ''
-numa nodeid=0
-numa node,nodeid=foo
-numa node,nodeid=200
-numa node,nodeid=-1
-numa node,nodeid=70000
-numa node,cpus=x
-numa node,cpus=5
-numa node,cpus=0-70000
-numa node,cpus=1-0
-numa node,cpus=0-
-numa node,cpus=0,cpus=1
-numa node,mem=x
-numa node,mem=128M
-numa node,mem=64M,memdev=x
-numa node,foo=1
-numa node,initiator=0
-numa node,id=1x
-numa node,id=x -numa node,id=x
-numa dist,src=0
-numa dist,src=x,dst=1,val=1
-numa dist,src=0,dst=1,val=300
-numa dist,src=0,dst=1,val=20
-numa dist,src=200,dst=0,val=10
-numa cpu
-numa cpu,node-id=0
-numa cpu,node-id=0,socket-id=x
-numa hmat-lb
-numa hmat-lb,initiator=0,target=0,hierarchy=foo,data-type=bar
-numa hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=access-latency,latency=1
-numa hmat-cache
-numa hmat-cache,node-id=0,size=x,level=1,associativity=none,policy=none,line=1
-numa hmat-cache,node-id=0,size=1,level=1,associativity=none,policy=none,line=1
-numa foo -cpu foo
-numa type=node,type=dist
-fw_cfg foo -device foo
-fw_cfg name=opt/a,string=
-fw_cfg name=opt/a,foo=b
-fw_cfg help
-fw_cfg name=opt/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,string=x
-fw_cfg name=x,foo=1 -M foo
-fw_cfg name=x -M foo
-smbios type=0,foo=1
-smbios type=9
-smbios type=300
-smbios type=x
-smbios type=
-smbios type=-1
-smbios type=0.5
-smbios type=1,uuid=x
-smbios type=0,release=x
-smbios type=0,uefi=x
-smbios type=4,max-speed=x
-smbios type=4,max-speed=70000
-smbios type=4,current-speed=-1
-smbios type=4,processor-id=x
-smbios type=8,connector_type=x
-smbios type=11,path=/nonexistent
-smbios type=17,speed=x
-smbios type=41,instance=x
-smbios type=41,kind=foo
-smbios type=1,uefi=on
-smbios type=1,help
-smbios type=127
-smbios file=/nonexistent
-smbios file=x,type=1
-smbios help
-acpitable foo
-acpitable sig=x
-acpitable sig
-acpitable help
-acpitable data=
-acpitable data=a,file=b
-acpitable foo=1
-acpitable rev=x,data=a
-acpitable rev=300,data=a
-acpitable oem_rev=-1,data=a
-acpitable asl_compiler_rev=x,data=a
-acpitable data=/
-acpitable =
-option-rom foo=1
-option-rom bootindex=1
-option-rom x,bootindex=y
-option-rom x,help
-icount foo
-icount 11
-icount -1
-icount shift=x
-icount help
-icount align=on
-icount 5,align=maybe
-icount 5,foo=1
-icount 5,align=on,sleep=off
-icount 11 -M foo
-icount 11 -smp foo
-icount 11 -accel foo
-icount id=1
-icount 3,id=x
-accel tcg,thread=multi -icount 3
-fsdev foo
-fsdev id=x
-fsdev foo,id=x
-fsdev help
-fsdev local,id=1x
-fsdev local,id=x
-fsdev local,id=x,foo=1
-fsdev local,id=x,security_model=none
-fsdev local,id=x,security_model=foo,path=/tmp
-fsdev local,id=x,readonly=foo
-fsdev local,id=x,fmode=foo
-fsdev proxy,id=x
-fsdev synth,throttling.iops-total=x,id=a
-fsdev local,id=x -fsdev local,id=x
-fsdev foo,id=x -M foo
-fsdev foo,id=x -vga foo
-fsdev foo,id=x -chardev foo,id=y
-fsdev foo,id=x -vnc foo
-fsdev foo,id=x -smp foo
-virtfs foo
-virtfs help
-virtfs mount_tag=x
-virtfs foo,mount_tag=x
-virtfs local,foo=1
-virtfs local,id=1x
-virtfs local,mount_tag=1y
-virtfs local,mount_tag=y
-virtfs local,mount_tag=y,multidevs=foo
-virtfs local,mount_tag=y -fsdev local,id=y
-iscsi foo=1
-iscsi help
-iscsi timeout=x
-iscsi id=a -iscsi id=a
-iscsi id=1a
-tpmdev foo
-tpmdev id=x
-tpmdev foo,id=x
-tpmdev help
-tpmdev ?
-tpmdev passthrough
-tpmdev passthrough,id=x,foo=1
-tpmdev emulator,id=x
-tpmdev emulator,id=x,foo=1
-tpmdev passthrough,id=1x
-tpmdev passthrough,id=x,path=a -tpmdev passthrough,id=x
-tpmdev foo -accel foo
-tpmdev foo -chardev foo,id=y
-tpmdev foo -cpu foo
-usbdevice foo
-usbdevice ''
-usbdevice help
-usbdevice serial
-usbdevice disk:foo
-usbdevice tablet:x
-usbdevice tablet -M none
-usbdevice foo -device foo
-audio foo
-audio none
-audio model=help
-audio none,model=help
-audio none,model=foo
-audio none,model
-audiodev foo
-audiodev foo,id=x
-audiodev none
-audiodev none,id=x,foo=1
-audiodev none,id=x,timer-period=x
-audiodev none,id=x,in.frequency=x
-audiodev none,id=x,out.voices=x
-audiodev none,id=x,in.format=foo
-audiodev id=x
-audiodev none,,id=x
-audiodev none,id=x,in=1
-vnc foo
-vnc :foo
-vnc :99999
-vnc :1,foo=bar
-vnc :1,to=x
-vnc :1,connections=x
-vnc :1,password=x
-vnc help
-vnc localhost
-vnc :1,id=1a
-vnc :1,id=a -vnc :2,id=a
-vnc foo -chardev foo,id=a
-vnc foo -smp foo
-vnc foo -M foo
-display vnc
-display vncx
-display vnc=foo
-display vnc=:1,foo=1
-display none,x
-display default,foo=bar
-display type=foo
-display =
-display foo,bar=baz
-display sdl
-display gtk
-display curses
-display sdl -M foo
-display sdl,foo=1
-display gtk,gl=foo
-display egl-headless
-display dbus
-display spice-app
-spice foo=bar
-spice help
-spice port=x
-spice port
-spice on
-spice id=a
-compat foo
-compat deprecated-input=x
-compat deprecated-output=x
-compat unstable-input=x
-compat unstable-output=crash
-compat deprecated-input=reject,foo=1
-compat {"deprecated-input":
-compat {"deprecated-input":"x"}
-compat {"foo":"x"}
-compat help
-compat foo -foo
-dfilter foo
-dfilter 0x100
-dfilter 0x100..0x50
-dfilter x..y
-dfilter 1..y
-dfilter 1+y
-dfilter 1+1,
-dfilter 1..1..1
-dfilter 1+0
-d foo
-d ''
-d nochain,foo
-d help
-D /nonexistent/x -d int
-D x%s
-D %d%d
-D %
-plugin foo
-plugin x=y
-plugin help
-gdb foo -device foo
-gdb foo -M foo
-serial foo
-serial ''
-serial chardev:foo
-serial chardev:
-serial tcp:x
-serial tcp:localhost
-serial udp:x
-serial unix:
-serial telnet:x
-serial file:
-serial mon:foo
-serial pipe:/nonexistent/x
-serial foo -device foo
-serial foo -numa foo
-serial foo -mon foo
-parallel foo -serial foo
-serial none -parallel foo
-parallel foo
-parallel chardev:foo
-parallel mon:foo
-debugcon foo
-debugcon chardev:foo
-monitor chardev:foo
-monitor ''
-monitor none,x
-qmp ''
-qmp chardev:foo
-qmp tcp:localhost
-qmp-pretty foo
-qmp-pretty chardev:foo
-mon foo
-mon chardev=foo,mode=control
-mon chardev=foo,pretty=on
-mon chardev=foo,mode=readline,pretty=on
-mon foo,id=1x
-mon foo,id=x -mon foo,id=x
-mon ''
-chardev foo,id=a
-chardev ''
-chardev id=a
-chardev help,id=x,foo=1
-chardev socket,id=a
-chardev socket,id=a,path=
-chardev socket,id=a,host=x
-chardev socket,id=a,port=1
-chardev socket,id=a,host=localhost,port=x
-chardev socket,id=a,path=x,host=y
-chardev socket,id=a,path=x,reconnect=5,server=on
-chardev socket,id=a,path=x,wait=on
-chardev socket,id=a,path=/nonexistent/x
-chardev socket,id=a,path=/nonexistent/x,server=on
-chardev socket,id=a,path=x,tls-creds=y
-chardev socket,id=a,path=x,websocket=on
-chardev socket,id=a,fd=foo
-chardev socket,id=a,fd=99
-chardev file,id=a
-chardev file,id=a,path=/nonexistent/x
-chardev file,id=a,path=/
-chardev file,id=a,path=x,append=foo
-chardev pipe,id=a
-chardev pipe,id=a,path=/nonexistent/x
-chardev ringbuf,id=a,size=3
-chardev ringbuf,id=a,size=x
-chardev memory,id=a,size=3
-chardev udp,id=a
-chardev udp,id=a,host=x
-chardev udp,id=a,port=x
-chardev mux,id=a
-chardev mux,id=a,chardev=foo
-chardev null,id=a,mux=foo
-chardev null,id=a,logfile=/nonexistent/x
-chardev null,id=a,logappend=foo
-chardev parallel,id=a
-chardev serial,id=a
-chardev tty,id=a
-chardev serial,id=a,path=/nonexistent/x
-chardev null
-chardev null,id=
-chardev backend=null
-incoming foo
-incoming tcp:x
-incoming defer:x
-incoming ''
-incoming foo -device foo
-loadvm foo
-loadvm foo -device foo
-loadvm foo -incoming defer
-object foo
-object foo,id=z
-object foo,id=z -M foo
-object foo,id=z -chardev foo,id=a
-object id=z
-object ''
-object secret
-object secret,id=x
-object secret,id=x,data=a,file=b
-object secret,id=x,foo=1
-object secret,id=1x,data=a
-object secret,id=x,data=a -object secret,id=x,data=b
-object secret,id=x,file=/nonexistent
-object secret,id=x,data=a,format=foo
-object memory-backend-ram,id=x
-object memory-backend-ram,id=x,size=foo
-object memory-backend-ram,id=x,size=0
-object memory-backend-file,id=x,size=1M
-object memory-backend-ram,id=x,size=1M,share=foo
-object iothread,id=x,poll-max-ns=foo
-object iothread,id=x,foo=1
-object {"qom-type":
-object {"qom-type":"foo"}
-object {"qom-type":"iothread"}
-object {"qom-type":"iothread","id":1}
-object {"id":"x"}
-object throttle-group,id=x,foo=1
-object rng-random,id=x,filename=/nonexistent/x
-object rng-builtin,id=x,foo=1
-object tls-creds-x509,id=x,dir=/nonexistent,endpoint=server
-object authz-list,id=x,policy=foo
-netdev foo
-netdev foo,id=x
-netdev user
-netdev id=x
-netdev user,id=1x
-netdev user,id=x,foo=1
-netdev user,id=x,ipv4=foo
-netdev user,id=x,net=foo
-netdev user,id=x,hostfwd=foo
-netdev user,id=x,restrict=foo
-netdev socket,id=x
-netdev socket,id=x,listen=foo
-netdev socket,id=x,fd=foo
-netdev hubport,id=x
-netdev hubport,id=x,hubid=foo
-netdev tap,id=x,fd=foo
-netdev tap,id=x,ifname=a,fd=1
-netdev vhost-user,id=x
-netdev vhost-user,id=x,chardev=foo
-netdev {"type":"foo","id":"x"}
-netdev {"type":
-netdev {"type":"user"}
-netdev {"id":"x"}
-netdev stream,id=x
-netdev stream,id=x,addr.type=foo
-netdev dgram,id=x
-netdev nic,id=x
-netdev none,id=x
-nic foo
-nic user,foo=1
-nic user,model=foo
-nic user,mac=foo
-nic none,foo=1
-nic user,id=1x
-nic nic
-nic type=foo
-nic ''
-net foo
-net ''
-net user,foo=1
-net nic,foo=1
-net nic,model=foo
-net nic,macaddr=foo
-net nic,netdev=foo
-net nic,vectors=foo
-net user,id=x -net user,id=x
-net hubport
-net type=foo
-device foo
-device ''
-device driver=
-device id=x
-device foo,id=1x
-device help=x
-device ib700,foo=1
-device ib700,id=x,foo=1
-device i6300esb,addr=foo
-device i6300esb,addr=1.foo
-device i6300esb,addr=20
-device i6300esb,addr=1,multifunction=foo
-device i6300esb,bus=foo
-device i6300esb,bus=isa.0
-device ib700,bus=pci.0
-device ide-hd
-device ide-hd,drive=foo
-device ide-hd,bus=ide.0,drive=foo
-device ide-hd,bus=ide.9
-device ide-cd,unit=2
-device ide-cd,unit=foo
-device ide-cd,bootindex=foo
-device {"driver":"foo"}
-device {"driver":1}
-device {"driver":"ib700","foo":1}
-device {"driver":"ib700","id":"1x"}
-device {"driver":"ib700","id":1}
-device {"foo":"bar"}
-device []
-device piix3-ide
-device floppy,drive=foo
-device floppy,unit=5
-device isa-serial
-device isa-serial,chardev=foo
-device isa-debug-exit,iobase=foo
-device pvpanic,ioport=foo
-device isa-fdc
-device qemu64-x86_64-cpu
-device host-x86_64-cpu
-device qemu64-x86_64-cpu,apic-id=1
-smp 1,maxcpus=2 -device qemu64-x86_64-cpu,socket-id=0
-smp 1,maxcpus=2 -device qemu64-x86_64-cpu,socket-id=2,core-id=0,thread-id=0
-smp 1,maxcpus=2 -device qemu64-x86_64-cpu,socket-id=0,core-id=0,thread-id=0
-smp 1,maxcpus=4,dies=2,cores=2 -device qemu64-x86_64-cpu,socket-id=0,core-id=0,thread-id=0
-smp 1,maxcpus=3,cores=3 -device qemu64-x86_64-cpu,apic-id=3
-device isa-serial,index=7
-debugcon null -device isa-debugcon,chardev=debugcon
-debugcon null -debugcon null
-chardev null,id=c -device isa-serial,chardev=c -device isa-serial,chardev=c
-nographic -monitor stdio
-monitor stdio -serial stdio
-device isa-serial -device isa-serial -device isa-serial -device isa-serial -device isa-serial
-device piix3-ide,id=x -device ide-cd,bus=x.2
-device piix3-ide,id=1x
-device isa-fdc,iobase=0x370
-object foo,help
-object help=x
-object id=a
-object secret,data=a
-object secret,id=
-object secret,id=x,data=a,foo
-object {"qom-type":"secret","id":"1x","data":"a"}
-object {"qom-type":"secret","id":"x","data":"a"} -object secret,id=x,data=a
-object memory-backend-ram,id=x,size=1M,host-nodes=3-1
-object memory-backend-ram,id=x,size=1M,merge=x
-object authz-list,id=a,rules.0.match=x
-object throttle-group,id=t,limits.bps-total=4
-object throttle-group,id=t,x-bps-total=foo
-object throttle-group,id=t,x-bps-total=-1
-object throttle-group,id=t,x-bps-total=5,x-bps-read=3
-object throttle-group,id=t,x-bps-total-max=3
-object throttle-group,id=t,x-iops-total-max-length=0
-object throttle-group,id=t,x-bps-total=5,x-bps-total-max=9,x-bps-total-max-length=5000000000
-object {"qom-type":"throttle-group","id":"t","limits":{"bps-total":5,"bps-read":4}}
-device pc-i440fx-7.2-machine
-device container
-drive foo
-drive file=/nonexistent/x
-drive if=foo
-drive if=none,id=a,foo=bar
-drive if=none,file=/nonexistent/x,id=a
-drive if=ide,index=9
-drive if=ide,index=foo
-drive if=ide,bus=9
-drive if=ide,unit=5
-drive if=ide,bus=0,index=0
-drive if=floppy,index=2
-drive media=foo
-drive if=none,id=a,readonly=foo
-drive if=none,id=a,read-only=foo
-drive if=none,id=a,cache=foo
-drive if=none,id=a,aio=foo
-drive if=none,id=a,format=foo
-drive if=none,id=a,format=?
-drive if=none,id=a,werror=foo
-drive if=none,id=a,rerror=enospc
-drive if=none,id=a,discard=foo
-drive if=none,id=a,detect-zeroes=foo
-drive if=none,id=a,copy-on-read=foo
-drive if=none,id=a,snapshot=foo
-drive if=none,id=a,bps=foo
-drive if=none,id=a,bps=-1
-drive if=none,id=a,bps=1,bps_rd=1
-drive if=none,id=a,iops_max=1
-drive if=none,id=a,bps=1,throttling.bps-total=2
-drive file=/nonexistent/a -drive file=/nonexistent/b
-drive index=0 -drive index=0
-drive if=pflash,index=3
-fda /nonexistent/x
-hda /nonexistent/x
-hdd /nonexistent/x
-cdrom /nonexistent/x
-hda a -hda b
/nonexistent/x
-pflash /nonexistent/x
-mtdblock /nonexistent/x
-sd /nonexistent/x
-blockdev ''
-blockdev foo
-blockdev driver=foo
-blockdev driver=null-co
-blockdev driver=null-co,node-name=1x
-blockdev driver=null-co,node-name=a -blockdev driver=null-co,node-name=a
-blockdev driver=null-co,node-name=a,foo=1
-blockdev driver=null-co,node-name=a,size=foo
-blockdev driver=null-co,node-name=a,read-only=foo
-blockdev driver=null-co,node-name=a,cache.direct=foo
-blockdev driver=null-co,node-name=a,cache=foo
-blockdev driver=null-co,node-name=a,discard=foo
-blockdev driver=file,node-name=a
-blockdev driver=file,node-name=a,filename=/nonexistent/x
-blockdev driver=raw,node-name=a
-blockdev driver=raw,node-name=a,file=foo
-blockdev driver=raw,node-name=a,file.driver=foo
-blockdev {"driver":"foo"}
-blockdev {"driver":"null-co","node-name":1}
-blockdev {"node-name":"a"}
-blockdev {"driver":"raw","node-name":"a","file":"foo"}
-kernel x -smp foo
-dtb x -smp foo
-bios x -smp foo
-initrd x -append y
-kernel '' -append y
-global foo.bar
-global foo=bar
-global driver=foo,property=bar,value=baz,id=1x
-k foo -smp foo
-m 1,id=x
-m 1 -m 2,foo
-name a,id=x
-rtc id=x
-action id=x
-msg id=x -smp foo
-set memory.x.size=1
-set netdev.x.y=1
-set mon.x.mode=y
-set global.x.y=z
-chroot /nonexistent -smp foo
-pidfile /nonexistent/x
-pidfile /
-seed ''
-seed 0x
-seed 99999999999999999999999
-echr foo -smp foo
-echr 300 -smp foo
-sandbox off,obsolete=foo -smp foo
-sandbox on,obsolete
-sandbox ''
-overcommit ''
-overcommit mem-lock
-overcommit foo
-watchdog-action help
-action shutdown
-action panic=exit-failure,foo=1
-trace help,foo=1
-trace events=/nonexistent
-trace foo -smp foo
-trace enable=x*,file=y -smp foo
-msg ''
-add-fd fd=2,set=1
-add-fd fd=77,set=1,foo=1
-add-fd fd=77,set=1 -smp foo
-accel ''
-accel help,foo
-accel tcg,thread=single,tb-size=1x
-accel tcg,tb-size=-1
-accel kvm,foo=1
-accel kvm:tcg
-M pc,accel=foo:bar
-M pc,accel=:
-M accel=foo
-M none,accel=foo
-cpu qemu64,foo
-cpu qemu64,foo=bar
-cpu qemu64,+foo
-cpu qemu64,-foo
-cpu qemu64,vendor=x
-cpu qemu64,level=x
-cpu qemu64,+sse,sse=off -smp foo
-cpu qemu64,,
-cpu help,foo
-smp ''
-smp 1,cpus=foo
-smp sockets=0
-smp 0
-smp maxcpus=0
-smp 1,maxcpus=256
-smp 300
-boot ''
-boot order=
-boot order=c,menu=on,splash-time=x
-boot reboot-timeout=70000
-boot c,strict=on,foo=bar
-rtc base=2020-01-01T00:00:00,foo=1
-rtc ''
-rtc base=
-uuid 12345678-1234-1234-1234-123456789abcd
-xen-domid-restrict
-g 1x1
-semihosting-config foo
-win2k-hack -smp foo
-no-fd-bootchk -smp foo
-no-reboot -smp foo
-no-shutdown -smp foo
-full-screen -smp foo
-portrait -smp foo
-rotate 90 -smp foo
-rotate foo -smp foo
-usb -M none
-enable-sync-profile -smp foo
-async-teardown -smp foo
-only-migratable -smp foo
-singlestep -smp foo
-mem-prealloc -smp foo
-mem-path /nonexistent -smp foo
-snapshot -smp foo
-no-user-config -smp foo
-nographic -smp foo
-blockdev driver=file,filename=/dev/null,node-name=n -device ide-hd,drive=n -device ide-hd,drive=n
-drive if=none,id=dr,driver=null-co,size=1M,node-name=n,read-zeroes=on -device ide-hd,drive=dr -device ide-hd,drive=n
-drive if=none,id=dr,driver=null-co,size=1M,node-name=n,read-zeroes=on -device ide-hd,drive=dr -device ide-cd,drive=n,id=cd
-drive if=none,id=dr,driver=null-co,size=1M,node-name=n,read-zeroes=on -device floppy,drive=dr -device floppy,drive=n,id=fl
-cpu qemu64,vmx=on,enforce=on
-cpu Haswell,enforce
-cpu Haswell,vmx=on -smp foo
-cpu 486,vmx-ept=on -device foo
-preconfig -smp foo
-preconfig -device foo
-daemonize -smp foo
-daemonize -device foo
-vga none -smp foo
-vga cirrus -smp foo
"""

# Command lines with nothing wrong in them: both programs get as far as a device that does not exist.
GOOD_COMMAND_LINES = r"""
-m 64
-m 64M,slots=2,maxmem=1G
-m size=100000k
-smp 2
-smp cpus=1,maxcpus=4,sockets=2,cores=2,threads=1
-smp 4,dies=2
-name guest=a,process=b,debug-threads=on
-name a,,b
-uuid 12345678-1234-1234-1234-123456789abc
-boot order=dc,once=n,menu=on,splash-time=5,reboot-timeout=5,strict=on
-boot d
-rtc base=utc,clock=vm,driftfix=slew
-rtc base=2020-01-01T01:02:03
-rtc base=localtime
-cpu qemu64
-cpu qemu64,+sse3,-svm
-cpu max
-accel tcg,thread=single,tb-size=32,split-wx=off
-accel tcg,thread=multi
-M pc,usb=off,hpet=off
-M pc,accel=tcg,vmport=off,smm=off
-M none
-M q35,type=pc
-machine pc-i440fx-7.2,dump-guest-core=off,mem-merge=off,suppress-vmdesc=on
-global ide-hd.ver=1
-global driver=foo,property=bar,value=baz
-action reboot=shutdown,shutdown=pause,panic=none,watchdog=none
-watchdog-action pause
-no-reboot
-no-shutdown
-msg timestamp=off,guest-name=off
-overcommit mem-lock=off,cpu-pm=off
-sandbox off
-sandbox on
-sandbox on,obsolete=allow,elevateprivileges=children,spawn=deny,resourcecontrol=deny
-sandbox enable=on,obsolete=deny,elevateprivileges=deny
-seed 5
-seed 0x5
-echr 20
-L /nonexistent
-k de
-d int,cpu_reset,guest_errors
-d unimp -D log
-d nochain -dfilter 0x1000+0x10,5..6,0x20-0x10
-trace x*
-trace enable=x*,file=trace
-no-user-config
-nographic -serial none -monitor none
-display none
-vga none
-vga std
-full-screen
-portrait
-rotate 90
-async-teardown
-enable-sync-profile
-only-migratable
-singlestep
-win2k-hack
-no-fd-bootchk
-no-hpet
-no-acpi
-iscsi user=a,password=b,timeout=5
-vnc none
-compat deprecated-input=accept,deprecated-output=accept
-audiodev none,id=a
-audiodev none,id=a,timer-period=5000,in.frequency=8000,out.channels=1
-serial none
-serial null
-serial null -serial null
-serial chardev:c -chardev null,id=c
-serial mon:null
-serial vc
-serial file:serial
-serial unix:s,server=on,wait=off
-serial null,foo
-parallel none
-parallel null
-debugcon null
-monitor none
-monitor null
-monitor vc
-monitor chardev:c -chardev null,id=c
-qmp null
-qmp unix:q,server=on,wait=off
-qmp-pretty null
-mon chardev=c,mode=control,pretty=on -chardev null,id=c
-mon chardev=c -chardev null,id=c
-chardev null,id=c
-chardev null,id=c,mux=on
-chardev file,id=c,path=f,append=on
-chardev ringbuf,id=c,size=64
-chardev memory,id=c
-chardev socket,id=c,path=c,server=on,wait=off
-chardev socket,id=c,path=c2,server,nowait
-chardev socket,id=c,path=c3,reconnect=1
-chardev udp,id=c,port=1
-chardev pty,id=c
-chardev vc,id=c,cols=80,rows=25
-chardev null,id=c,logfile=l,logappend=on
-chardev null,id=a.b-c_d
-incoming defer
-pidfile pid
-nodefaults -nodefaults
-S -S
-set chardev.c.logfile=l2 -chardev null,id=c
-chardev null,id=c -set chardev.c.logfile=l2
-drive if=none,id=a
-drive if=none,id=a,file=disk
-drive if=none,id=a,file=disk,format=raw,cache=none,aio=threads,werror=stop,rerror=report
-drive if=none,id=a,file=disk,format=raw,bps=1000,iops=100
-drive if=ide,file=disk,format=raw,index=1,media=disk
-drive if=ide,media=cdrom
-drive if=floppy,file=disk,format=raw
-hda disk
-cdrom disk
-fda disk
disk
-blockdev driver=null-co,node-name=n
-blockdev null-co,node-name=n,size=1M,read-zeroes=on
-blockdev driver=file,node-name=f,filename=disk -blockdev driver=raw,node-name=r,file=f
-blockdev {"driver":"null-co","node-name":"n"}
-device ib700
-device i6300esb,id=w,addr=5
-device {"driver":"i6300esb","id":"w"}
-device ide-hd,drive=a -drive if=none,id=a,file=disk,format=raw
-device ide-cd
-net none
-nic none
-vga none -vga std
-runas nobody
-runas 65534:65534
-chroot /tmp
-fw_cfg name=opt/a,string=b
-fw_cfg opt/a,file=disk
-smbios type=0,vendor=a,version=b,date=c,release=1.2,uefi=on
-smbios type=1,manufacturer=a,product=b,serial=c,uuid=12345678-1234-1234-1234-123456789abc
-acpitable sig=TEST,data=disk
-object iothread,id=i
-object secret,id=s,data=abc
-object memory-backend-ram,id=m,size=1M
-object rng-builtin,id=r
-object throttle-group,id=t,x-bps-total=5
-object {"qom-type":"iothread","id":"i"}
-netdev user,id=n
-netdev hubport,id=n,hubid=0
-netdev {"type":"user","id":"n"}
-net nic,model=e1000 -net user
-nic user
-usb
-usbdevice tablet
-icount 5
-icount shift=auto,align=on
-option-rom disk
-gdb none
-add-fd fd=0,set=5
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


# What these say on standard output is compared too: of all that Rhea has as much as QEMU.
HELP_COMMAND_LINES = r"""
-machine none,help
-cpu qemu64,help
-boot help
-smp help
-m help
-rtc help
-mon help
-name help
-action help
-sandbox help
-device ib700,help
-device e1000,help
-device virtio-blk-pci,help
-device ide-hd,help
-device piix3-ide,help
-device isa-fdc,help
-object memory-backend-ram,help
-object secret,help
-object iothread,help
-object rng-random,help
-object authz-list,help
-object throttle-group,help
-object help=x,qom-type=secret
"""


# How the emulator says that it does not have what was asked for: it may where QEMU has it.
NOT_HERE = ("not supported by this build", "is not a valid char driver name", "is not a valid device model name", "is not available.")

# Command lines that end differently on purpose.
EXCEPTIONS = {
    "-serial foo -numa foo": "serial ports are opened after NUMA is checked",
    "-monitor none,x": "QEMU takes none,x for none",
    "-device {\"driver\":\"ib700\",\"id\":\"1x\"}": "QEMU lets ids in JSON be what its own key=value form refuses",
    "-device {\"driver\":\"ib700\",\"id\":1}": "QEMU takes a number for no id at all",
    "-drive if=none,id=a,format=?": "the list of formats goes to standard output in QEMU, and nowhere here",
    "-drive if=none,id=a,discard=foo": "two errors in one option, found in another order",
    "-chardev socket,id=c,path=c3,reconnect=1 -device nosuch": "the first attempt is made at once, QEMU's once its loop runs",
}


HELP = [line.split() for line in HELP_COMMAND_LINES.strip().splitlines()]


def allowed(arguments, ours):
    """Whether the emulator may differ."""
    missing = ours[0] == 1 and any(text in ours[1] for text in NOT_HERE)
    shared = "-serial mon:" in " ".join(arguments) or "-parallel mon:" in " ".join(arguments)
    return missing or shared or " ".join(arguments) in EXCEPTIONS


def normalise(text, program):
    """The program's own name becomes PROGRAM; what QEMU says of its missing modules goes."""
    lines = [line for line in text.splitlines() if not line.startswith("qemu: module ")]
    name = re.escape(os.path.basename(program))
    lines = [re.sub(r"^((?:\S+ )?)%s:" % name, r"\1PROGRAM:", line) for line in lines]
    return "\n".join(lines)


def run(program, arguments, folder):
    try:
        done = subprocess.run([program] + COMMON + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=6, cwd=folder)
        status, errors, output = done.returncode, done.stderr, done.stdout
    except subprocess.TimeoutExpired as expired:
        status, errors, output = "still runs", expired.stderr or b"", b""
    if arguments in HELP:
        errors += output
    return status, normalise(errors.decode(errors="replace"), program)


def cases():
    for line in COMMAND_LINES.strip().splitlines():
        # JSON stands there without quotes of a shell.
        yield line.split(" ") if "{" in line and "'" not in line else shlex.split(line)
    for line in GOOD_COMMAND_LINES.strip().splitlines():
        yield (line.split(" ") if "{" in line else shlex.split(line)) + ["-device", "nosuch"]
    yield from HELP
    for number in range(len(CONFIG_FILES)):
        yield ["-readconfig", "config%d" % number]


def make_files(folder, arguments):
    """What a command line may name: an image, a configuration file."""
    with open(os.path.join(folder, "disk"), "wb") as file:
        file.write(bytes(1 << 16))
    if arguments[-1].startswith("config"):
        with open(os.path.join(folder, arguments[-1]), "w") as file:
            file.write(CONFIG_FILES[int(arguments[-1][6:])])


def both(emulator, reference, arguments):
    """What the two programs do in a folder of their own; the second is None without a reference."""
    outcomes = []
    for program in (emulator, reference):
        with tempfile.TemporaryDirectory() as folder:
            make_files(folder, arguments)
            outcomes.append(run(program, arguments, folder) if program else None)
    return outcomes


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

    count = different = known = 0
    chosen = [arguments for arguments in cases() if options.only in " ".join(arguments)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        compared = pool.map(lambda arguments: both(emulator, None if options.list else reference, arguments), chosen)
        for arguments, (ours, theirs) in zip(chosen, compared):
            count += 1
            if options.list:
                print(shlex.join(arguments), "->", ours[0], "\n" + ours[1])
            elif ours == theirs:
                pass
            elif allowed(arguments, ours):
                known += 1
            else:
                different += 1
                print("DIFFERENT:", shlex.join(arguments))
                if arguments[-1].startswith("config"):
                    print("  file:", repr(CONFIG_FILES[int(arguments[-1][6:])]))
                print("  reference %s: %s" % theirs)
                print("  emulator  %s: %s" % ours)
    if not options.list:
        print("%d command lines, %d different, %d different on purpose" % (count, different, known))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
