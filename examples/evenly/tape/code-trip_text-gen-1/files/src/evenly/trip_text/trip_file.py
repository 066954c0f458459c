"""Reading the bytes of a trip file, and making those after a start, an add and a strike."""

from __future__ import annotations

from dataclasses import replace

from evenly.contracts.trip import Expense, Number, Trip, TripValue, WrongValue
from evenly.contracts.trip_text import BrokenLine, UnfitExpense
from evenly.trip_text.lines import (
    EXPENSE_FORM,
    HEAD,
    HEAD_FORM,
    PEOPLE_FORM,
    follows,
    match_line,
    split_lines,
)

PEOPLE_EXPECTED = "people NAME NAME ..."
EXPENSE_EXPECTED = "expense NUMBER PAYER AMOUNT NAME,NAME WHAT"
HEAD_LINES = 2  # the lines before the first expense
BEFORE_FIRST = "0"  # the number that the first expense must be above


class TripFile:
    """The operations of the contract `TripText`."""

    def __init__(self, trip: Trip) -> None:
        self._trip = trip

    def read(self, data: bytes) -> TripValue:
        """Return the trip in these bytes, or raise BrokenLine for the first line with a fault."""
        lines = split_lines(data)
        if not lines:
            raise BrokenLine(1, f"expected: {HEAD}")
        match_line(1, lines[0], HEAD_FORM, HEAD)
        if len(lines) < HEAD_LINES:
            raise BrokenLine(2, f"expected: {PEOPLE_EXPECTED}")
        trip = self._read_people(lines[1])
        expenses: list[Expense] = []
        last = BEFORE_FIRST
        for line, raw in enumerate(lines[HEAD_LINES:], start=HEAD_LINES + 1):
            expense = self._read_expense(trip, line, raw, last)
            expenses.append(expense)
            last = expense.number
        return replace(trip, expenses=tuple(expenses))

    def created(self, trip: TripValue) -> bytes:
        """Return the bytes of a new file with all of `trip`."""
        head = f"{HEAD}\npeople {' '.join(trip.people)}\n".encode()
        return head + b"".join(self._expense_line(expense) for expense in trip.expenses)

    def added(self, data: bytes, expense: Expense) -> bytes:
        """Return `data` and a line for `expense`, or raise UnfitExpense for its number."""
        expenses = self.read(data).expenses
        last = expenses[-1].number if expenses else BEFORE_FIRST
        if not follows(expense.number, last):
            raise UnfitExpense(expense.number)
        return data + self._expense_line(expense)

    def struck(self, data: bytes, number: Number) -> bytes:
        """Return `data` with that expense struck, or raise UnfitExpense if none that counts has it."""
        for index, expense in enumerate(self.read(data).expenses, start=HEAD_LINES):
            if expense.number == number and not expense.struck:
                lines = split_lines(data)
                lines[index] = b"struck" + lines[index].removeprefix(b"expense")
                return b"".join(lines)
        raise UnfitExpense(number)

    def _read_people(self, raw: bytes) -> TripValue:
        match = match_line(2, raw, PEOPLE_FORM, PEOPLE_EXPECTED)
        names = match[1].split(" ")[1:]
        try:
            return self._trip.start(names)
        except WrongValue as wrong:
            raise BrokenLine(2, wrong.reason) from wrong

    def _read_expense(self, trip: TripValue, line: int, raw: bytes, last: Number) -> Expense:
        match = match_line(line, raw, EXPENSE_FORM, EXPENSE_EXPECTED)
        word, number, payer, amount, participants, what = match.groups()
        if not follows(number, last):
            raise BrokenLine(line, f'number "{number}" must be a whole number above {last}')
        try:
            return self._trip.recall(
                trip, number, payer, amount, participants, what, struck=word == "struck"
            )
        except WrongValue as wrong:
            raise BrokenLine(line, wrong.reason) from wrong

    def _expense_line(self, expense: Expense) -> bytes:
        word = "struck" if expense.struck else "expense"
        amount = self._trip.amount_text(expense.cents)
        participants = ",".join(expense.participants)
        parts = (word, expense.number, expense.payer, amount, participants, expense.what)
        return f"{' '.join(parts)}\n".encode()
