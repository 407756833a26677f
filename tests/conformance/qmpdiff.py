#!/usr/bin/env python3
"""Differential test runner for a QMP server (Python 3.9+, standard library only).

Runs corpus entries (errors.jsonl, sessions.jsonl) against an emulator binary
that takes QEMU command lines, and compares every line it puts on the wire with
the recorded reply (or, with --reference, with another binary run at once).
See --help, and "corpus format" at the end of that text.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import sys

from compare import check, clip, load, record, sent_text
from exchange import BASE_ARGS
from schema import schema_mode

HERE = os.path.dirname(os.path.abspath(__file__))

FORMAT = """\
corpus format (one JSON object per line)

  Common:  name;  args: list of arguments put after the base ones
           (%s);
           base: false = leave the base arguments out;
           files: {name: spec}, made in the scratch directory @TMP@ first:
             {"raw": bytes} (optionally fill: byte), {"text": "..."}, {"qcow2": bytes, "backing": name,
             "backing_fmt": fmt}, {"fifo": true}, {"rom": [[op, ...], ...]} (see
             below);
           volatile: JSON keys whose scalar value is not compared;
           round: {key: n}, integer value compared when rounded to a multiple of n;
           needs: tags (qtest, guest-code, vnc, tcp, slow, ...), see --skip-needs;
           note: remark for the reader.
  @TMP@ and @PORT1@, @PORT2@ are replaced in args and in what is sent, and put
  back in what is received.  The emulator is started as
      EMULATOR <base args> <args> -qmp unix:@TMP@/qmp.sock,server=on,wait=off

  errors.jsonl: phase = negotiation | command | command-oob; what is sent is one
  of send (text), send_b64 (bytes), send_chunks (list of text, written 15 ms
  apart), send_repeat (list of [text, count], concatenated).  setup: commands
  sent before it, each of which must succeed (events are discarded).
  expect: the exact wire lines, then possibly a marker and more lines:
    "<sync>"   lines that came only after the runner sent its own command
               (newline, then an unknown command with an id, as a probe)
    "<flush>"  lines that came only after the runner sent the byte 0xFF and
               then that probe (the input had left the parser inside a value)
    "<eof>"    the server closed the connection;  "<exit N>": the process ended
  unordered: true = the lines are compared as a multiset.

  sessions.jsonl: steps: list of objects, done in order, each with one action
    connect NAME (read the greeting), hello NAME (connect, read and drop the
    greeting, qmp_capabilities; option oob), send TEXT (or send_b64), close NAME,
    sleep SECONDS, spawn NAME (a second emulator; args), qtest LINE (reply in
    qtest_reply), open NAME (connect to unix socket `path` as plain stream, or
    TCP port), write (with on=NAME) TEXT, listen NAME (unix socket at `path`),
    accept NAME, shut NAME, raw_read NAME (text in raw), drain FIFO,
    vnc NAME (RFB handshake with 127.0.0.1:@PORT1@, VNC display @DISP1@),
    signal NAME, unlink PATH, wait_file PATH, kill (end the emulator NAME);
    send with fd=PATH also passes that file's descriptor
  and optionally conn (connection used, default "a", which is made by hello
  before the first step unless the entry has "hello": false), expect (lines),
  unordered, return_floats (the reply may come anywhere among the events, which
  keep their order).  A step with only expect waits for events.

rom ops: out8 PORT VAL, out16, out32, in8 PORT, in16, in32, hlt, spin, cli, pause N
  (busy loop of N*65536 turns), wait55 N (N*55 ms by PIT channel 2), mem8 ADDR VAL, outsw PORT COUNT, bytes HEX, triple
  (triple fault), once (halt here if done before, remembered in CMOS byte 0x50).
  The image is 64 KiB of hlt with the code at its start; the reset vector jumps to it.
""" % ' '.join(BASE_ARGS)


def main():
    ap = argparse.ArgumentParser(
        description=__doc__, epilog=FORMAT,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--emulator', metavar='PATH', help='binary under test')
    ap.add_argument('--reference', metavar='PATH',
                    help='run each entry on this binary too and compare with what it does now, '
                         'instead of with the recorded replies')
    ap.add_argument('--filter', metavar='RE', help='only entries whose name matches')
    ap.add_argument('--corpus', metavar='FILE', nargs='+',
                    help='corpus files (default: errors.jsonl and sessions.jsonl beside this file)')
    ap.add_argument('--data', metavar='DIR', default=HERE, help='directory of the recordings (default: beside this file)')
    ap.add_argument('--schema', action='store_true',
                    help='compare query-qmp-schema and query-commands instead')
    ap.add_argument('--loose', action='store_true',
                    help='compare replies as JSON: ignore key order, spacing, line ends')
    ap.add_argument('--skip-needs', metavar='TAGS', default='',
                    help='comma separated tags: leave out entries that need one of them '
                         '(qtest, guest-code, vnc, tcp, slow, storage, migration)')
    ap.add_argument('--jobs', '-j', type=int, default=2, help='entries run at a time (default 2)')
    ap.add_argument('--timeout', type=float, default=5.0,
                    help='seconds to wait for an expected line (default 5)')
    ap.add_argument('--width', type=int, default=600, help='clip shown texts to this many characters')
    ap.add_argument('--list', action='store_true', help='list entry names and stop')
    ap.add_argument('--show', action='store_true',
                    help='print the selected entries readably, with the command line, and stop')
    ap.add_argument('--verbose', '-v', action='store_true', help='also print a line per pass')
    ap.add_argument('--keep', action='store_true', help='keep scratch directories')
    ap.add_argument('--tmpdir', default=None, help='where scratch directories go')
    ap.add_argument('--record', metavar='FILE',
                    help='write the selected entries with what --emulator does now as expectation')
    opt = ap.parse_args()
    for k in ('emulator', 'reference'):
        v = getattr(opt, k)
        if v:                                 # they are started in another directory
            setattr(opt, k, os.path.abspath(v) if os.path.exists(v) else shutil.which(v) or v)
    if opt.schema:
        if not opt.emulator:
            ap.error('--emulator is needed')
        return schema_mode(opt)
    files = opt.corpus or [os.path.join(opt.data, f) for f in ('errors.jsonl', 'sessions.jsonl')]
    entries = load(files)
    if opt.filter:
        entries = [e for e in entries if re.search(opt.filter, e['name'])]
    skip = set(x for x in opt.skip_needs.split(',') if x)
    if skip:
        entries = [e for e in entries if not skip & set(e.get('needs', []))]
    if opt.list:
        for e in entries:
            print('%s\t%s\t%s' % (e['_file'], e['name'], ','.join(e.get('needs', []))))
        return 0
    if opt.show:
        for e in entries:
            base = BASE_ARGS if e.get('base', True) else []
            print('== %s  (%s)' % (e['name'], e['_file']))
            print('   EMULATOR %s -qmp unix:@TMP@/qmp.sock,server=on,wait=off' %
                  ' '.join(base + e.get('args', [])))
            for k in ('note', 'phase', 'files', 'setup', 'volatile', 'needs'):
                if k in e:
                    print('   %s: %s' % (k, json.dumps(e[k])))
            if 'steps' in e:
                for s in e['steps']:
                    w = {k: v for k, v in s.items() if k not in ('expect', 'settle')}
                    if w:
                        print('   > %s' % json.dumps(w))
                    for x in s.get('expect', []):
                        print('   < %s' % x.rstrip())
            else:
                print('   > %s' % clip(sent_text(e), opt))
                for x in e.get('expect', []):
                    print('   < %s' % clip(x, opt))
        return 0
    if not opt.emulator:
        ap.error('--emulator is needed')

    def one(e):
        try:
            if opt.record:
                return e, record(e, opt, opt.emulator), None
            if opt.reference:
                golden = record(e, opt, opt.reference)
                return e, None, check(golden, opt)
            return e, None, check(e, opt)
        except Exception as ex:                     # report, do not stop the run
            if opt.verbose:
                import traceback
                traceback.print_exc()
            return e, None, 'run failed: %s: %s' % (type(ex).__name__, ex)

    passed = failed = 0
    recs = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, opt.jobs)) as ex:
        for e, rec, msg in ex.map(one, entries):
            if msg is None:
                passed += 1
                if rec is not None:
                    rec.pop('_file', None)
                    recs.append(rec)
                if opt.verbose:
                    print('ok %s' % e['name'])
            else:
                failed += 1
                print('MISMATCH %s: %s' % (e['name'], msg))
            sys.stdout.flush()
    if opt.record:
        with open(opt.record, 'w', encoding='utf-8') as f:
            for r in recs:
                f.write(json.dumps(r, ensure_ascii=True) + '\n')
    print('%d passed, %d failed' % (passed, failed))
    return 0 if failed == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
