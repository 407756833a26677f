"""Compares query-qmp-schema and query-commands of a binary with the recorded ones, by structure."""
import json
import os

from exchange import Run
from wire import Fail, decode


def ask(binary, opt):
    e = {'name': 'schema', 'args': []}
    run = Run(binary, e, opt)
    try:
        run.start('a', [])
        c = run.hello('a')
        res = []
        for q in ('query-qmp-schema', 'query-commands'):
            c.send(json.dumps({'execute': q}).encode() + b'\n')
            l = c.line(max(opt.timeout, 15))
            d = json.loads(l) if l else {}
            if 'return' not in d:
                print('%s: %s' % (q, decode(l or b'no reply')[:300].strip()))
                d['return'] = []
            res.append(d['return'])
        return res
    finally:
        run.cleanup()


class Schema:
    def __init__(self, entries):
        self.t = {}
        for x in entries:
            if isinstance(x, dict) and 'name' in x:
                self.t[x['name']] = x

    def by(self, meta):
        return {n: x for n, x in self.t.items() if x.get('meta-type') == meta}

    def describe(self, t, depth=0):
        x = self.t.get(t)
        if x is None:
            return 'undefined type ' + str(t)
        m = x.get('meta-type')
        if m == 'builtin':
            return t
        if m == 'array':
            return '[' + self.describe(x.get('element-type'), depth) + ']'
        if m == 'enum':
            v = enum_values(x)
            return 'enum(%s%s)' % ('|'.join(v[:4]), '|...' if len(v) > 4 else '')
        if m == 'alternate':
            if depth > 1:
                return 'alternate'
            return 'alternate(%s)' % ', '.join(
                self.describe(k.get('type'), depth + 1) for k in x.get('members', []))
        return 'object'


def enum_values(x):
    if 'members' in x:
        return [m.get('name') for m in x['members']]
    return list(x.get('values', []))


def schema_mode(opt):
    if opt.reference:
        gs, gc = ask(opt.reference, opt)
    else:
        with open(os.path.join(opt.data, 'query-qmp-schema.json')) as f:
            gs = json.load(f)
        with open(os.path.join(opt.data, 'query-commands.json')) as f:
            gc = json.load(f)
    try:
        es, ec = ask(opt.emulator, opt)
    except (Fail, OSError, ValueError) as ex:
        print('run failed: %s' % ex)
        es, ec = [], []
    g, e = Schema(gs), Schema(es)
    msgs, seenmsg = [], set()

    def say(s):
        if s not in seenmsg:
            seenmsg.add(s)
            msgs.append(s)

    def feats(a, b, where):
        fa, fb = a.get('features', []), b.get('features', [])
        if sorted(fa) != sorted(fb):
            say('%s: features %s, expected %s' % (where, fb, fa))
            return False
        return True

    class Walk:
        """Compares two types; ok[position] is kept for each golden member."""

        def __init__(self):
            self.seen = {}
            self.bad = set()

        def typ(self, gt, et, path):
            key = (gt, et)
            if key in self.seen:
                return self.seen[key]
            self.seen[key] = True           # assume, for recursive types
            r = self.typ1(gt, et, path)
            self.seen[key] = r
            return r

        def typ1(self, gt, et, path):
            a, b = g.t[gt], e.t.get(et)
            if b is None or a['meta-type'] != b.get('meta-type'):
                say('%s: type %s, expected %s' % (path, e.describe(et), g.describe(gt)))
                return False
            m = a['meta-type']
            if m == 'builtin':
                if gt != et or a.get('json-type') != b.get('json-type'):
                    say('%s: type %s, expected %s' % (path, et, gt))
                    return False
                return True
            ok = feats(a, b, path)
            if m == 'array':
                return self.typ(a['element-type'], b.get('element-type'), path + '[]') and ok
            if m == 'enum':
                va, vb = enum_values(a), enum_values(b)
                for v in va:
                    if v not in vb:
                        say('%s: missing enum value %s' % (path, v))
                        ok = False
                for v in vb:
                    if v not in va:
                        say('%s: extra enum value %s' % (path, v))
                        ok = False
                if ok and va != vb:
                    say('%s: enum values in another order' % path)
                    ok = False
                fb = {k.get('name'): k for k in b.get('members', [])}
                for k in a.get('members', []):
                    if k['name'] in fb and not feats(k, fb[k['name']], path + '=' + k['name']):
                        ok = False
                if a.get('values') != b.get('values') and ok:
                    say('%s: member "values" differs' % path)
                    ok = False
                return ok
            if m == 'alternate':
                ka, kb = [k['type'] for k in a['members']], [k.get('type') for k in b.get('members', [])]
                if len(ka) != len(kb):
                    say('%s: %s, expected %s' % (path, e.describe(et), g.describe(gt)))
                    return False
                for x, y in zip(ka, kb):
                    ok = self.typ(x, y, path + '|' + g.describe(x)) and ok
                return ok
            return self.members(gt, et, path) and ok

        def members(self, gt, et, path, pos=None):
            """Object types.  pos: key prefix for positions (default: the type)."""
            a = g.t[gt]
            b = e.t.get(et) or {'members': []}
            pos = pos or ('type', gt)
            ok = True
            mb = {m.get('name'): m for m in b.get('members', [])}
            for m in a['members']:
                k = pos + (m['name'],)
                p = path + '.' + m['name']
                if m['name'] not in mb:
                    say('missing argument/member %s (%s)' % (p, g.describe(m['type'])))
                    self.bad.add(k)
                    ok = False
                    continue
                o = mb.pop(m['name'])
                good = True
                if ('default' in m) != ('default' in o):
                    say('%s: %s, expected %s' % (p, *(
                        ['optional', 'mandatory'] if 'default' in o else ['mandatory', 'optional'])))
                    good = False
                good = feats(m, o, p) and good
                if not self.typ(m['type'], o.get('type'), p):
                    good = False
                if not good:
                    self.bad.add(k)
                    ok = False
            for n in mb:
                say('extra argument/member %s.%s' % (path, n))
                ok = False
            if a.get('tag') != b.get('tag'):
                say('%s: discriminator %s, expected %s' % (path, b.get('tag'), a.get('tag')))
                ok = False
            vb = {v.get('case'): v.get('type') for v in b.get('variants', [])}
            for v in a.get('variants', []):
                k = pos + ('case', v['case'])
                p = '%s(%s=%s)' % (path, a.get('tag'), v['case'])
                if v['case'] not in vb:
                    say('missing variant %s' % p)
                    self.bad.add(k)
                    ok = False
                    continue
                t = vb.pop(v['case'])
                if not self.typ(v['type'], t, p):
                    self.bad.add(k)
                    ok = False
            for c in vb:
                say('extra variant %s(%s=%s)' % (path, a.get('tag'), c))
                ok = False
            return ok

    def reach(roots):
        todo, done = list(roots), set()
        while todo:
            t = todo.pop()
            if t in done:
                continue
            done.add(t)
            x = g.t[t]
            todo += [m['type'] for m in x.get('members', []) if 'type' in m]
            todo += [v['type'] for v in x.get('variants', [])]
            if 'element-type' in x:
                todo.append(x['element-type'])
        return done

    def positions(gt, pos):
        x = g.t[gt]
        return ([pos + (m['name'],) for m in x.get('members', [])] +
                [pos + ('case', v['case']) for v in x.get('variants', [])])

    gcmd, ecmd = g.by('command'), e.by('command')
    allpos, okpos, okcmd = [], 0, 0
    aw, rw, vw = Walk(), Walk(), Walk()
    roots = []
    for n in sorted(gcmd):
        a = gcmd[n]
        pos = ('cmd', n)
        mine = positions(a['arg-type'], pos)
        allpos += mine
        x = g.t[a['arg-type']]
        roots += [m['type'] for m in x.get('members', [])] + [v['type'] for v in x.get('variants', [])]
        b = ecmd.get(n)
        if b is None:
            say('missing command %s' % n)
            aw.bad.update(mine)
            continue
        ok = feats(a, b, n)
        if bool(a.get('allow-oob')) != bool(b.get('allow-oob')):
            say('%s: allow-oob %s, expected %s' % (n, b.get('allow-oob'), a.get('allow-oob')))
            ok = False
        if not aw.members(a['arg-type'], b.get('arg-type'), n, pos):
            pass                                  # counted with the arguments
        if not rw.typ(a['ret-type'], b.get('ret-type'), n + ' -> '):
            ok = False
        okcmd += ok
    visited = {k[0] for k in aw.seen}
    for t in sorted(reach(roots)):
        if g.t[t]['meta-type'] == 'object':
            ps = positions(t, ('type', t))
            allpos += ps
            if t not in visited:
                aw.bad.update(ps)
    okpos = len(allpos) - len(set(allpos) & aw.bad)
    for n in sorted(set(ecmd) - set(gcmd)):
        say('extra command %s' % n)
    gev, eev = g.by('event'), e.by('event')
    okev = 0
    for n in sorted(gev):
        if n not in eev:
            say('missing event %s' % n)
            continue
        ok = feats(gev[n], eev[n], n)
        if not vw.members(gev[n]['arg-type'], eev[n].get('arg-type'), 'event ' + n, ('ev', n)):
            ok = False
        okev += ok
    for n in sorted(set(eev) - set(gev)):
        say('extra event %s' % n)
    ga, ea = {x['name'] for x in gc}, {x.get('name') for x in ec}
    for n in sorted(ga - ea):
        say('query-commands: missing %s' % n)
    for n in sorted(ea - ga):
        say('query-commands: extra %s' % n)
    for m in msgs:
        print(m)
    equal = not msgs and okcmd == len(gcmd) and okpos == len(allpos) and okev == len(gev)
    if equal and json.dumps(gs) != json.dumps(es):
        print('(structurally equal; the text of the reply differs, e.g. in order or numbering)')
    print('commands %d/%d, arguments %d/%d, events %d/%d' % (
        okcmd, len(gcmd), okpos, len(allpos), okev, len(gev)))
    return 0 if equal else 1
