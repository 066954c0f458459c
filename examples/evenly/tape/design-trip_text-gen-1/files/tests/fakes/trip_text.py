"""The smallest trip_text that keeps its contract."""

import re
from unicodedata import category

from evenly.contracts.trip import Expense, Number, TripValue
from evenly.contracts.trip_text import BrokenLine, TripText, UnfitExpense

FORMS = ("evenly trip", "people NAME NAME ...", "expense NUMBER PAYER AMOUNT NAME,NAME WHAT")
WHAT = "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
NAME = 'name "{}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'


def above(number: str, last: str) -> bool:
    return re.fullmatch("[1-9][0-9]*", number) is not None and (len(number), number) > (len(last), last)


class FakeTripText:
    def read(self, data: bytes) -> TripValue:
        def check(good: object, reason: str) -> None:
            if not good:
                raise BrokenLine(at, reason)

        people: tuple[str, ...] = ()
        expenses: list[Expense] = []
        lines = re.findall(rb"[^\n]*\n|[^\n]+", data)
        for at, raw in enumerate(lines + [b"\n"] * (2 - len(lines)), 1):  # a missing line has no form either
            check(raw.decode(errors="ignore").encode() == raw, "not UTF-8 text")
            check(raw.endswith(b"\n"), "the line must end with a line feed")
            parts = raw[:-1].decode().split(" ", 5 if at > 2 else -1)
            good = parts == ["evenly", "trip"] if at == 1 else parts[0] == "people" and "" not in parts
            if at > 2:
                good = parts[0] in ("expense", "struck") and len(parts) == 6 and "" not in parts and parts[5][0] != " "
            check(good, "expected: " + FORMS[min(at, 3) - 1])
            if at == 2:
                people = tuple(parts[1:])
                check(2 <= len(people) <= 16, f"a trip needs 2 to 16 people, not {len(people)}")
                for i, name in enumerate(people):
                    fits = all(category(c)[0] == "L" or c in "0123456789-" for c in name) and len(name) <= 20
                    check(fits and category(name[0])[0] == "L", NAME.format(name))
                    check(name not in people[:i], f'name "{name}" is given twice; give each person another name')
            if at > 2:
                word, number, payer, amount, listed, what = parts
                names, last = listed.split(","), expenses[-1].number if expenses else "0"
                check(above(number, last), f'number "{number}" must be a whole number above {last}')
                possible = "; possible: " + ", ".join(people)
                check(payer in people, f'unknown person "{payer}"' + possible)
                match = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?", amount)
                cents = int(match[1] + (match[2] or "").ljust(2, "0")) if match else 0
                check(cents, f'amount "{amount}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99')
                for i, name in enumerate(names):
                    check(name in people, f'unknown person "{name}"' + possible)
                    check(name not in names[:i], f'"{name}" is named twice in the participants; name each person once')
                fits = len(what) <= 60 and not any(category(c) in ("Cc", "Zl", "Zp") for c in what)
                check(fits and what[-1] != " " and what[0] not in "=+-@", WHAT + "not starting with = + - or @")
                shared = tuple(name for name in people if name in names)
                expenses.append(Expense(number, payer, cents, what, shared, word == "struck"))
        return TripValue(people, tuple(expenses))

    def created(self, trip: TripValue) -> bytes:
        text = f"evenly trip\npeople {' '.join(trip.people)}\n"
        for e in trip.expenses:
            amount, names = f"{e.cents // 100}.{e.cents % 100:02}", ",".join(e.participants)
            text += f"{'struck' if e.struck else 'expense'} {e.number} {e.payer} {amount} {names} {e.what}\n"
        return text.encode()

    def added(self, data: bytes, expense: Expense) -> bytes:
        if not above(expense.number, ([e.number for e in self.read(data).expenses] or ["0"])[-1]):
            raise UnfitExpense(expense.number)
        return data + self.created(TripValue((), (expense,))).split(b"\n", 2)[2]

    def struck(self, data: bytes, number: Number) -> bytes:
        if number not in [e.number for e in self.read(data).expenses if not e.struck]:
            raise UnfitExpense(number)
        return data.replace(f"\nexpense {number} ".encode(), f"\nstruck {number} ".encode(), 1)


def create() -> TripText:
    return FakeTripText()
