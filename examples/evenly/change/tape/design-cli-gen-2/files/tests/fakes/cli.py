"""A cli in memory: trips by path; a csv is a path without a trip."""

import re
from unicodedata import category

FORMS = {"start": "start NAME NAME ...", "add": "add PAYER AMOUNT WHAT [--for NAME,NAME,...]", "list": "list",
         "strike": "strike NUMBER", "balance": "balance", "settle": "settle", "total": "total",
         "csv": "csv PATH"}
AMOUNT = "is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99"
NAME = "is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter"
WHAT = ("WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
        "not starting with = + - or @")

class Fault(Exception): pass  # args: exit code, message

def need(good, message, code=2):
    if not good: raise Fault(code, message)
def bad(c): return category(c) in ("Cc", "Cs", "Zl", "Zp")
def money(cents): return f"{cents // 100}.{cents % 100:02}"
def put(stream, lines):
    text = "".join("".join("?" if bad(c) else c for c in line) + "\n" for line in lines)
    if stream is None or stream.closed: raise OSError("no stream")
    stream.flush()
    target = getattr(stream, "buffer", stream)
    target = getattr(target, "raw", target)
    rest = text if target is stream else text.encode()
    while rest:
        count = target.write(rest)
        if not count: raise OSError("nothing written")
        rest = rest[count:]
    target.flush()
def transfers(net):
    giver = next((name for name in net if net[name] < 0), None)
    if giver is None: return []
    plans = []
    for name in [name for name in net if net[name] > 0]:
        cents = min(-net[giver], net[name])
        rest = transfers({**net, giver: net[giver] + cents, name: net[name] - cents})
        plans.append([f"{giver} gives {name} {money(cents)}", *rest])
    return min(plans, key=len)

class Cli:
    def __init__(self): self.files = {}
    def main(self, argv, *, env, clock, stdin, stdout, stderr):
        code, lines, words = 0, [], list(argv)
        try:
            try: lines = self.run(words)
            except Fault as fault:
                code, message = fault.args
                put(stderr, [f"error: {message}"])
            try: put(stdout, lines) if lines else None
            except (OSError, ValueError):
                if words[0] in ("list", "balance", "settle", "total"):
                    code = 1
                    put(stderr, ["error: cannot write standard output; choose a place where you may write"])
        except (OSError, ValueError): pass  # stderr failed
        return code
    def run(self, words):
        path, call = "evenly.txt", "evenly"
        if words[:1] == ["--file"]:
            need(words[1:2] not in ([], [""]), "usage: evenly [--file PATH] COMMAND")
            path, call = words[1], f"evenly --file {words[1]}"
            del words[:2]
        need(words, f"no command; possible: {', '.join(FORMS)}")
        word, *args = words
        need(word in FORMS, f'unknown command "{word}"; possible: {", ".join(FORMS)}')
        names = args.pop() if word == "add" and len(args) == 5 and args[3] == "--for" and args.pop(3) else None
        fits = word == "start" or len(args) == {"add": 3, "strike": 1, "csv": 1}.get(word, 0)
        fits = fits and not any(a.startswith("--") for a in [*args, names or ""]) and (word != "csv" or args[0])
        need(fits, f"usage: evenly [--file PATH] {FORMS[word]}")
        if word == "start": return self.start(path, args)
        need(path in self.files, f"no trip in {path}; start one with: {call} start NAME NAME", 1)
        need(self.files[path], f"{path}, line 1: expected: evenly trip", 1)
        return getattr(self, word)(*self.files[path], *args, *([names] if word == "add" else []))
    def start(self, path, names):
        need(2 <= len(names) <= 16, f"a trip needs 2 to 16 people, not {len(names)}")
        for i, n in enumerate(names):
            letters = all(category(c)[0] == "L" or c in "0123456789-" for c in n)
            need(1 <= len(n) <= 20 and letters and category(n[0])[0] == "L", f'name "{n}" {NAME}')
            need(n not in names[:i], f'name "{n}" is given twice; give each person another name')
        self.create(path, (names, {}))
        return [f"Started {path} with {', '.join(names)}"]
    def create(self, path, value):
        need(path not in self.files, f"{path} already exists; choose another file", 1)
        self.files[path] = value
    def add(self, people, notes, payer, amount, what, names):
        def known(n): need(n in people, f'unknown person "{n}"; possible: {", ".join(people)}')
        known(payer)
        match = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?", amount)
        cents = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
        need(cents, f'amount "{amount}" {AMOUNT}')
        need(1 <= len(what) <= 60 and what == what.strip(" ") and what[0] not in "=+-@" and not any(map(bad, what)), WHAT)
        given = people if names is None else names.split(",")
        for i, n in enumerate(given):
            known(n)
            need(n not in given[:i], f'"{n}" is named twice in --for; name each person once')
        number = str(len(notes) + 1)
        notes[number] = [payer, cents, what, [n for n in people if n in given], True]
        return [f"Noted {self.line(number, notes)}"]
    def line(self, number, notes):
        payer, cents, what, names, _ = notes[number]
        return f"{number}: {payer} paid {money(cents)} for {what}, shared by {', '.join(names)}"
    def list(self, people, notes): return [self.line(k, notes) for k in notes if notes[k][4]] or ["No expenses."]
    def strike(self, people, notes, number):
        counting = [k for k in notes if notes[k][4]]
        ending = f"possible: {', '.join(counting)}" if counting else "there is none to strike"
        need(number in counting, f'no expense "{number}"; {ending}')
        notes[number][4] = False
        return [f"Struck {self.line(number, notes)}"]
    def figures(self, people, notes):
        paid, share = dict.fromkeys(people, 0), dict.fromkeys(people, 0)
        for payer, cents, _, names, counts in notes.values():
            paid[payer] += cents * counts
            for i, n in enumerate(names): share[n] += (cents // len(names) + (i < cents % len(names))) * counts
        return {n: (paid[n], share[n], paid[n] - share[n]) for n in people}
    def balance(self, people, notes):
        def ending(net): return "is even" if not net else f"{'is owed' if net > 0 else 'owes'} {money(abs(net))}"
        rows = self.figures(people, notes).items()
        return [f"{n} paid {money(p)}, share {money(s)}, {ending(net)}" for n, (p, s, net) in rows]
    def settle(self, people, notes):
        return transfers({n: row[2] for n, row in self.figures(people, notes).items()}) or ["Nobody owes anything."]
    def total(self, people, notes):
        counting = [e[1] for e in notes.values() if e[4]]
        average = (2 * sum(counting) + len(people)) // (2 * len(people))
        return [f"Total {money(sum(counting))}, expenses: {len(counting)}, average per person {money(average)}"]
    def csv(self, people, notes, path):
        self.create(path, None)
        return [f"Wrote {path}, expenses: {sum(e[4] for e in notes.values())}"]

def create(): return Cli()
