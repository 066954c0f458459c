"""A stand-in for `reports` that keeps its contract; it writes amounts by itself."""

from __future__ import annotations

from collections.abc import Sequence

from evenly.contracts.reports import Reports, Row, Totals, Transfer
from evenly.contracts.trip import Expense, TripValue


def create() -> Reports:
    return FakeReports()


def amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def full(expense: Expense) -> str:
    names = ", ".join(expense.participants)
    return f"{expense.number}: {expense.payer} paid {amount(expense.cents)} for {expense.what}, shared by {names}"


def counting(trip: TripValue) -> list[Expense]:
    return [expense for expense in trip.expenses if not expense.struck]


def field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


class FakeReports:
    def started(self, path: str, trip: TripValue) -> str:
        return f"Started {path} with {', '.join(trip.people)}"

    def noted(self, expense: Expense) -> str:
        return f"Noted {full(expense)}"

    def struck(self, expense: Expense) -> str:
        return f"Struck {full(expense)}"

    def listing(self, trip: TripValue) -> tuple[str, ...]:
        return tuple(full(expense) for expense in counting(trip)) or ("No expenses.",)

    def balance(self, rows: Sequence[Row]) -> tuple[str, ...]:
        lines = []
        for name, paid, share, cents in rows:
            end = f"is owed {amount(cents)}" if cents > 0 else f"owes {amount(-cents)}" if cents < 0 else "is even"
            lines.append(f"{name} paid {amount(paid)}, share {amount(share)}, {end}")
        return tuple(lines)

    def settle(self, transfers: Sequence[Transfer]) -> tuple[str, ...]:
        lines = tuple(f"{giver} gives {receiver} {amount(cents)}" for giver, receiver, cents in transfers)
        return lines or ("Nobody owes anything.",)

    def csv(self, trip: TripValue) -> bytes:
        rows = [["number", "payer", "amount", "what", "participants"]]
        for one in counting(trip):
            rows.append([one.number, one.payer, amount(one.cents), one.what, ", ".join(one.participants)])
        return "".join(",".join(map(field, row)) + "\r\n" for row in rows).encode("utf-8-sig")

    def wrote(self, path: str, trip: TripValue) -> str:
        return f"Wrote {path}, expenses: {len(counting(trip))}"

    def total(self, totals: Totals) -> str:
        cents, count, average = totals
        return f"Total {amount(cents)}, expenses: {count}, average per person {amount(average)}"
