"""Whether what a binary says is what a corpus entry expects, and making such expectations."""
import json
import os

from exchange import NeedFlush, Run
from wire import Fail


def same(exp, got, unordered=False, loose=False, floats=False):
    if floats:          # replies and events each in order, however interleaved
        def part(x, ev):
            return [l for l in x if ('"event": ' in l) == ev]
        return (len(exp) == len(got) and
                same(part(exp, True), part(got, True), unordered, loose) and
                same(part(exp, False), part(got, False), unordered, loose))
    if loose:
        def canon(x):
            try:
                return json.dumps(json.loads(x), sort_keys=True)
            except ValueError:
                return x.rstrip()
        exp, got = [canon(x) for x in exp], [canon(x) for x in got]
    if unordered:
        return sorted(exp) == sorted(got)
    return exp == got


def first_diff(exp, got, loose):
    for i in range(max(len(exp), len(got))):
        a = exp[i] if i < len(exp) else '<end>'
        b = got[i] if i < len(got) else '<end>'
        if not same([a], [b], loose=loose):
            hint = ''
            if not loose and same([a], [b], loose=True):
                hint = '  [differs only in key order, spacing or line end]'
            return i, a, b, hint
    return 0, exp, got, ''


def clip(s, opt):
    s = s if isinstance(s, str) else json.dumps(s)
    s = s.encode('unicode_escape').decode() if not s.isprintable() else s
    return s if len(s) <= opt.width else s[:opt.width] + '...(%d chars)' % len(s)


def check(entry, opt, binary=None):
    """None if the entry passes, else a text."""
    run = Run(binary or opt.emulator, entry, opt)
    try:
        run.prepare()
        if 'steps' in entry:
            for i, st, got in run.run_session():
                exp = st.get('expect', [])
                if not same(exp, got, st.get('unordered'), opt.loose, st.get('return_floats')):
                    k, a, b, hint = first_diff(exp, got, opt.loose)
                    what = {x: st[x] for x in st if x not in
                            ('expect', 'unordered', 'return_floats', 'qtest_reply', 'settle')}
                    return 'step %d %s%s\n    expected: %s\n    got:      %s' % (
                        i, clip(json.dumps(what), opt), hint, clip(a, opt), clip(b, opt))
        else:
            got = run.run_error()
            exp = entry['expect']
            if not same(exp, got, entry.get('unordered'), opt.loose):
                k, a, b, hint = first_diff(exp, got, opt.loose)
                return 'line %d%s\n    sent:     %s\n    expected: %s\n    got:      %s' % (
                    k + 1, hint, clip(sent_text(entry), opt), clip(a, opt), clip(b, opt))
        return None
    except Fail as e:
        return 'run failed: %s%s' % (e, ('; stderr: ' + run.stderr()) if run.stderr() else '')
    finally:
        run.cleanup()


def record(entry, opt, binary):
    """A copy of the entry with what the binary put on the wire as expect."""
    e = json.loads(json.dumps(entry))
    for attempt in (0, 1):
        run = Run(binary, e, opt, record=True)
        try:
            run.prepare()
            if 'steps' in e:
                for i, st, got in run.run_session():
                    if i < len(e['steps']):
                        if got or not any(k in st for k in ('sleep', 'close', 'spawn')):
                            st['expect'] = got
                return e
            e['expect'] = run.run_error()
            return e
        except NeedFlush:
            e['sync'] = 'flush'
        finally:
            run.cleanup()
    raise Fail('no reply even after a flush')


def sent_text(e):
    for k in ('send', 'send_b64', 'send_chunks', 'send_repeat'):
        if k in e:
            return e[k] if k == 'send' else '%s %s' % (k, json.dumps(e[k]))
    return ''


def load(files):
    out = []
    for f in files:
        with open(f, encoding='utf-8') as fh:
            for n, l in enumerate(fh, 1):
                if l.strip():
                    e = json.loads(l)
                    e['_file'] = os.path.basename(f)
                    out.append(e)
    return out
