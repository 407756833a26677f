"""The generated pages of the documentation are current: docs/reference/qmp.md, docs/reference/rhea-qmp.7, and the table of
commands in docs/compatibility.md.

    reference.py --generator build/docs/reference/rhea-qmp-reference [--write]
"""
import argparse
import os
import subprocess
import sys

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs')
BEGIN, END = '<!-- commands: rhea-qmp-reference states -->\n', '<!-- end of commands -->\n'


def generated(generator, page):
    return subprocess.run([generator, page], check=True, capture_output=True, text=True).stdout


def with_table(text, table):
    head, rest = text.split(BEGIN)
    return head + BEGIN + table + END + rest.split(END)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--generator', required=True)
    parser.add_argument('--write', action='store_true', help='bring the files up to date')
    options = parser.parse_args()
    stale = []
    for name, page in (('reference/qmp.md', 'markdown'), ('reference/rhea-qmp.7', 'man'), ('compatibility.md', 'states')):
        path = os.path.join(DOCS, name)
        present = open(path).read() if os.path.exists(path) else ''
        text = generated(options.generator, page)
        if page == 'states':
            text = with_table(present, text)
        if text == present:
            continue
        stale.append(name)
        if options.write:
            with open(path, 'w') as file:
                file.write(text)
    for name in stale:
        print('docs/%s %s' % (name, 'written' if options.write else 'is not current: run tests/clients/reference.py --write'))
    return 1 if stale and not options.write else 0


if __name__ == '__main__':
    sys.exit(main())
