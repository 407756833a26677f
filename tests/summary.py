#!/usr/bin/env python3
"""Sums up a Meson test run: one line a program, then "N passed, N failed, N skipped" over their cases."""
import json
import os
import re
import sys


def cases(text):
    """(passed, failed) of one program's output; None when it does not count its cases."""
    m = re.findall(r'^(\d+) passed, (\d+) failed', text, re.M)
    if m:
        return int(m[-1][0]), int(m[-1][1])
    m = re.search(r'All tests passed \(\d+ assertions? in (\d+) test cases?\)', text)
    if m:
        return int(m.group(1)), 0
    m = re.search(r'^test cases: *(\d+) \|(.*)$', text, re.M)
    if m:
        failed = re.search(r'(\d+) failed', m.group(2))
        bad = int(failed.group(1)) if failed else 0
        return int(m.group(1)) - bad, bad
    return None


def main():
    log = os.path.join(sys.argv[1], 'meson-logs', 'testlog.json')
    passed = failed = skipped = 0
    with open(log, encoding='utf-8') as f:
        for line in f:
            test = json.loads(line)
            if test['result'] == 'SKIP':
                skipped += 1
                continue
            good = test['result'] == 'OK'
            p, b = cases(test.get('stdout', '')) or (int(good), int(not good))
            if not good and b == 0:
                b = 1
            passed += p
            failed += b
            print('%-28s %5d passed, %d failed' % (test['name'], p, b))
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
