"""Runs every benchmark and prints one row each."""

from __future__ import annotations

from benchmarks import first_paint, makespan, nothing_to_do, on_screen, session_cost, wisdom_choice, wisdom_speed

print(f"{'what':44} {'ours':>9} {'floor':>9} {'ratio':>7}  reach")
for benchmark in (first_paint, nothing_to_do, session_cost, makespan, wisdom_speed):
    print(benchmark.measure().row())
for measured in on_screen.measure():
    print(measured.row(), flush=True)
for half in wisdom_choice.HALVES:
    print(wisdom_choice.table(half), flush=True)
print(wisdom_choice.second_reader(), flush=True)
