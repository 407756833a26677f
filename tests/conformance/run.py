#!/usr/bin/env python3
"""Runs the recorded exchanges against an emulator: fails on every difference that not-yet.txt does not list.

not-yet.txt has one line for each entry (or group of them) that is not expected to pass:

    NAME-OR-REGEX   reason

The pattern must match the whole name of an entry. Listed entries run too: one that passes is told, and with --strict it
fails the run, so that the list only gets shorter. --update writes the list anew from what happens now.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import signal
import sys

import compare
import exchange
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
CORPORA = ['errors.jsonl', 'sessions.jsonl']


class NotYet:
    """The entries that are not expected to pass."""

    def __init__(self, path):
        self.rules = []
        if not os.path.exists(path):
            return
        with open(path, encoding='utf-8') as lines:
            for line in lines:
                words = line.split(None, 1)
                if words and not words[0].startswith('#'):
                    self.rules.append((re.compile(words[0]), words[1].strip() if len(words) > 1 else 'no reason given'))

    def reason(self, name):
        return next((why for pattern, why in self.rules if pattern.fullmatch(name)), None)

    def idle(self, names):
        """Patterns that match no entry any more."""
        return [p.pattern for p, _ in self.rules if not any(p.fullmatch(n) for n in names)]


def run_all(entries, options):
    """Yields (entry, text of the failure or None) in the order of the corpus."""
    def one(entry):
        try:
            return compare.check(entry, options)
        except Exception as problem:            # one entry's trouble is not the run's
            return 'run failed: %s: %s' % (type(problem).__name__, problem)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        yield from zip(entries, pool.map(one, entries))


def commands_of(entry):
    """The commands that an entry sends, in order; what is no JSON counts for nothing."""
    sent = list(entry.get('setup', []))
    sent += [entry[k] for k in ('send',) if k in entry] + [s['send'] for s in entry.get('steps', []) if 'send' in s]
    for text in sent:
        for name in re.findall(r'"execute"\s*:\s*"([^"\\]+)"', text):
            yield name


def known_commands(options):
    """What query-commands of the emulator lists."""
    run = exchange.Run(options.emulator, {'name': 'commands'}, options)
    try:
        run.start('a', [])
        connection = run.hello('a')
        connection.send(b'{"execute":"query-commands"}\n')
        reply = json.loads(connection.line(options.timeout) or b'{}')
        return {c['name'] for c in reply.get('return', [])}
    finally:
        run.cleanup()


def recorded_commands():
    with open(os.path.join(HERE, 'query-commands.json'), encoding='utf-8') as recorded:
        return {c['name'] for c in json.load(recorded)}


def why(entry, failure, missing):
    """(group, reason): why an entry fails."""
    for name in commands_of(entry):
        if name in missing:
            return name, 'needs %s' % name
    refused = re.search(r'before accepting a connection; stderr: (.*)', failure)
    if refused:
        reason = 'does not start: %s' % refused.group(1).strip()[:90]
        return reason, reason
    wanted = re.search(r'expected: (.*)', failure)
    return '', 'wants %s' % (wanted.group(1).strip()[:110] if wanted else failure.split('\n')[0][:110])


def update(path, failures, missing):
    groups = collections.defaultdict(list)
    for entry, failure in failures:
        group, reason = why(entry, failure, missing)
        groups[group].append((entry['name'], reason))
    with open(path, 'w', encoding='utf-8') as out:
        out.write('# Entries of the corpora that are not expected to pass yet: NAME-OR-REGEX, then why.\n'
                  '# Written by run.py --update; a line goes when its entry passes.\n')
        for group in sorted(groups, key=lambda g: (-len(groups[g]), g)):
            out.write('\n')
            for name, reason in groups[group]:
                out.write('%-44s %s\n' % (re.escape(name).replace('\\-', '-'), reason))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--not-yet', default=os.path.join(HERE, 'not-yet.txt'), metavar='FILE')
    parser.add_argument('--corpus', nargs='+', metavar='FILE', default=[os.path.join(HERE, f) for f in CORPORA])
    parser.add_argument('--filter', metavar='RE', help='only entries whose name matches')
    parser.add_argument('--strict', action='store_true', help='a listed entry that passes is a failure')
    parser.add_argument('--update', action='store_true', help='write not-yet.txt anew from this run')
    parser.add_argument('--skip-listed', action='store_true', help='do not run what is listed (quicker)')
    parser.add_argument('--quiet', action='store_true', help='only the names of what failed')
    parser.add_argument('--jobs', '-j', type=int, default=2)
    parser.add_argument('--timeout', type=float, default=5.0, help='seconds to wait for an expected line')
    options = parser.parse_args()
    options.emulator = os.path.abspath(options.emulator) if os.path.exists(options.emulator) \
        else shutil.which(options.emulator) or parser.error('no such emulator: ' + options.emulator)
    if options.update and options.filter:
        parser.error('--update needs the whole corpus')
    # what exchange.Run and compare.check look at besides
    options.tmpdir, options.keep, options.loose, options.width = None, False, False, 600
    return options


def terminated(*_):
    for process in list(exchange.LIVE):
        process.kill()
    os._exit(143)


def main():
    signal.signal(signal.SIGTERM, terminated)
    options = parse_arguments()
    entries = compare.load(options.corpus)
    not_yet = NotYet(options.not_yet)
    for pattern in not_yet.idle([e['name'] for e in entries]):
        print('NOTE %s in not-yet.txt matches no entry' % pattern)
    if options.filter:
        entries = [e for e in entries if re.search(options.filter, e['name'])]
    skipped = 0
    if options.skip_listed and not options.update:
        run_now = [e for e in entries if not not_yet.reason(e['name'])]
        skipped, entries = len(entries) - len(run_now), run_now

    passed = failed = 0
    failures = []
    for entry, failure in run_all(entries, options):
        reason = not_yet.reason(entry['name'])
        if failure is None:
            passed += 1
            if reason:
                print('NOTE %s passes now: take it off not-yet.txt' % entry['name'])
                if options.strict:
                    passed, failed = passed - 1, failed + 1
            continue
        failures.append((entry, failure))
        if reason or options.update:
            skipped += 1
        else:
            failed += 1
            print('FAIL %s%s' % (entry['name'], '' if options.quiet else ': ' + failure))
        sys.stdout.flush()

    if options.update:
        try:
            missing = recorded_commands() - known_commands(options)
        except (wire.Fail, OSError, ValueError) as problem:
            print('query-commands does not answer (%s): every failure counts as a difference' % problem)
            missing = set()
        update(options.not_yet, failures, missing)
        print('%s lists %d entries now' % (options.not_yet, len(failures)))
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
