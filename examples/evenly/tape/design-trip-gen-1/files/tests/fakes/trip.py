"""A simple `trip` for tests of other LEGOs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import category

from evenly.contracts.trip import Expense, Number, Trip, TripValue, WrongValue

NAME = "use 1 to 20 letters, digits or hyphens, starting with a letter"
WHAT = "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "


def need(condition: bool, reason: str) -> None:
    if not condition:
        raise WrongValue(reason)


class FakeTrip:
    def start(self, names: Sequence[str]) -> TripValue:
        need(2 <= len(names) <= 16, f"a trip needs 2 to 16 people, not {len(names)}")
        for index, name in enumerate(names):
            fits = all(category(sign)[0] == "L" or sign in "0123456789-" for sign in name)
            need(fits and 1 <= len(name) <= 20 and category(name[0])[0] == "L", f'name "{name}" is not possible; {NAME}')
            need(name not in names[:index], f'name "{name}" is given twice; give each person another name')
        return TripValue(tuple(names))

    def note(self, trip: TripValue, payer: str, amount: str, what: str, for_names: str | None) -> Expense:
        self._known(trip, payer)
        cents = self._cents(amount)
        self._what(what)
        sharers = trip.people if for_names is None else self._sharers(trip, for_names, "--for")
        last = trip.expenses[-1].number if trip.expenses else "0"
        head = last.rstrip("9")
        raised = head[:-1] + str(int(head[-1]) + 1) if head else "1"
        return Expense(raised + "0" * (len(last) - len(head)), payer, cents, what, sharers)

    def recall(
        self, trip: TripValue, number: Number, payer: str, amount: str, participants: str, what: str, *, struck: bool
    ) -> Expense:
        self._known(trip, payer)
        cents, sharers = self._cents(amount), self._sharers(trip, participants, "the participants")
        self._what(what)
        return Expense(number, payer, cents, what, sharers, struck)

    def strike(self, trip: TripValue, number: str) -> Expense:
        counting = {expense.number: expense for expense in trip.expenses if not expense.struck}
        possible = f"possible: {', '.join(counting)}" if counting else "there is none to strike"
        need(number in counting, f'no expense "{number}"; {possible}')
        return replace(counting[number], struck=True)

    def amount_text(self, cents: int) -> str:
        units, rest, piece = abs(cents) // 100, abs(cents) % 100, ""
        while units >= 10**4000:  # str() refuses more than 4300 digits
            units, piece = units // 10**4000, f"{units % 10**4000:04000}{piece}"
        return f"{'-' if cents < 0 else ''}{units}{piece}.{rest:02}"

    def _known(self, trip: TripValue, name: str) -> None:
        need(name in trip.people, f'unknown person "{name}"; possible: {", ".join(trip.people)}')

    def _cents(self, text: str) -> int:
        match = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?", text)
        cents = int(match[1] + (match[2] or "").ljust(2, "0")) if match else 0
        need(cents > 0, f'amount "{text}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99')
        return cents

    def _what(self, what: str) -> None:
        good = 1 <= len(what) <= 60 and what == what.strip(" ") and what[0] not in "=+-@"
        need(good and not {"Cc", "Cs", "Zl", "Zp"} & {*map(category, what)}, WHAT + "not starting with = + - or @")

    def _sharers(self, trip: TripValue, text: str, place: str) -> tuple[str, ...]:
        for index, name in enumerate(names := text.split(",")):
            self._known(trip, name)
            need(name not in names[:index], f'"{name}" is named twice in {place}; name each person once')
        return tuple(name for name in trip.people if name in names)


def create() -> Trip:
    return FakeTrip()
