#!/usr/bin/env python3
"""Compares committed pages with what their generator prints.

usage: docs_current.py GENERATOR [--write]

Ends with status 1 when one is out of date; --write brings it up to date.
"""
import os
import subprocess
import sys

PAGES = {"man": "rhea.1", "table": "command-line.md"}


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs")
    stale = []
    for what, name in PAGES.items():
        made = subprocess.run([sys.argv[1], what], check=True, stdout=subprocess.PIPE).stdout
        path = os.path.join(folder, name)
        if "--write" in sys.argv:
            with open(path, "wb") as file:
                file.write(made)
            continue
        try:
            with open(path, "rb") as file:
                same = file.read() == made
        except FileNotFoundError:
            same = False
        if not same:
            stale.append(name)
    for name in stale:
        print("docs/%s is not what rhea-reference prints: run tests/docs_current.py BUILD/machine/rhea-reference --write" % name)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
