"""Trouble that is none of the work's: runtimes that cannot go on, contexts too small, sessions that are killed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_RUNTIME, EXIT_VALVE, EXIT_WAITING
from engine.facts import assess_workspace
from engine.runtimes import FIRST_REST_SECONDS
from engine.state.models import RuntimeFact
from tests.cookbook import MENU, PLAN, dish
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, Said, command, kitchen_with_cooks, meta, patiently, start

_ADAPTER = """#!/bin/sh
# One of several runtimes of the same agents: has its own trouble, and says that it was asked.
if [ "$1" = detect ]; then echo '{"installed": true}'; exit 0; fi
echo "NAME $(basename "$2" | cut -d- -f3-)" >>"HOME/asked"
if [ -e "HOME/NAME.sh" ]; then . "HOME/NAME.sh"; fi
exec "HOME/scripted_adapter.sh" "$@"
"""
ONCE = 'if mkdir "HOME/once" 2>/dev/null; then '
COUNTED_AS_NOTHING: tuple[int, list[str], int] = (0, [], 0)


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A kitchen in which everything goes well, on each of two runtimes: `first` and `second`."""
    made = kitchen_with_cooks(tmp_path)
    home = made.agents.home
    for name in ("first", "second"):
        adapter = home / f"{name}_adapter.sh"
        adapter.write_text(_ADAPTER.replace("NAME", name).replace("HOME", str(home)))
        adapter.chmod(0o755)
    yield made
    made.end()


def limited(seconds: int) -> str:
    """A rate limit that the provider ends after so many seconds."""
    event = json.dumps({"t": 1, "kind": "rate_limited", "retry_after_seconds": seconds})
    return f"""echo '{event}' >>"$2/events.jsonl"; exit 12"""


def trouble(kitchen: Kitchen, runtime: str, script: str) -> None:
    """What that runtime does before each session."""
    home = kitchen.agents.home
    (home / f"{runtime}.sh").write_text(script.replace("HOME", str(home)) + "\n")


def mended(kitchen: Kitchen, runtime: str) -> None:
    (kitchen.agents.home / f"{runtime}.sh").unlink()


def asked(kitchen: Kitchen) -> list[str]:
    """Every session in the order of its start: `runtime session`."""
    return (kitchen.agents.home / "asked").read_text().splitlines()


def words(kitchen: Kitchen, runtimes: str, *options: object) -> list[object]:
    return ["run", kitchen.root, "--runtime", runtimes, "--adapter-path", kitchen.agents.home, *options]


def run(kitchen: Kitchen, runtimes: str, *options: object) -> Said:
    return meta(*words(kitchen, runtimes, *options))


def health(kitchen: Kitchen, runtime: str) -> RuntimeFact | None:
    return kitchen.state.orchestrator.runtimes.get(runtime)


def held_against(kitchen: Kitchen, step: str = "menu", lego: str | None = None) -> tuple[int, list[str], int]:
    """What a step is charged with."""
    record = kitchen.record(step, lego)
    return record.failure_count, record.evidence, record.interruptions


def why(kitchen: Kitchen, name: str) -> str:
    """Why that instance is what it is now."""
    return next(i.why for i in assess_workspace(kitchen.root).assessment.instances() if i.name == name)


# Failover


@pytest.mark.parametrize(
    ("code", "reason", "rests"),
    [
        (10, "the runtime is not available", FIRST_REST_SECONDS),
        (11, "the runtime is not logged in", None),
        (12, "the runtime's rate limit is reached", FIRST_REST_SECONDS),
        (14, "the runtime's configuration is wrong", None),
    ],
)
def test_the_next_runtime_takes_over_and_nothing_is_counted(
    kitchen: Kitchen, code: int, reason: str, rests: float | None
) -> None:
    trouble(kitchen, "first", f"echo 'come back later' >&2; exit {code}")
    said = run(kitchen, "first,second")
    assert said.code == EXIT_WAITING
    assert asked(kitchen) == ["first menu-gen-1", "second menu-gen-2", "second menu-review-1"]
    assert [one.outcome for one in kitchen.record("menu").sessions] == ["runtime", "done", "done"]
    assert held_against(kitchen) == COUNTED_AS_NOTHING
    fact = health(kitchen, "first")
    assert fact is not None
    assert (fact.reason, fact.failures) == (f"{reason}: come back later", 1)
    if rests is None:
        assert fact.until is None
    else:
        since, until = datetime.fromisoformat(fact.since), datetime.fromisoformat(fact.until or "")
        assert (until - since).total_seconds() == rests
        assert f"first rests until {fact.until}: {reason}: come back later" in said.lines
    assert health(kitchen, "second") is None


def test_the_work_comes_back_to_the_first_runtime_after_its_reset(kitchen: Kitchen) -> None:
    """The other one is at work until two seconds after it; so much may pass between two sessions here."""
    trouble(kitchen, "first", f'{ONCE} date +%s >"HOME/limited"; {limited(4)}; fi')
    trouble(kitchen, "second", 'until [ "$(date +%s)" -ge $(($(cat "HOME/limited") + 6)) ]; do sleep 0.05; done')
    assert run(kitchen, "first,second").code == EXIT_WAITING
    assert asked(kitchen) == ["first menu-gen-1", "second menu-gen-2", "first menu-review-1"]
    assert held_against(kitchen) == COUNTED_AS_NOTHING
    fact = health(kitchen, "first")
    assert fact is None or not fact.failures


# No runtime is left


def test_when_all_rest_the_run_says_until_when_and_goes_on_by_itself(kitchen: Kitchen) -> None:
    for name in ("first", "second"):
        trouble(kitchen, name, f'if [ ! -e "HOME/open" ]; then {limited(2)}; fi')
    log = kitchen.agents.home / "engine.log"
    engine = start(log, command(*words(kitchen, "first,second")))
    told = re.compile(
        r"no runtime can work: first: .*rate limit.* \(again at 20.*; second: .*rate limit.* \(again at 20"
    )
    patiently(lambda: told.match(why(kitchen, "menu")))
    (kitchen.agents.home / "open").touch()
    assert engine.wait(60) == EXIT_WAITING
    assert all(f"{name} rests until" in kitchen.log for name in ("first", "second"))
    outcomes = [one.outcome for one in kitchen.record("menu").sessions]
    assert outcomes[-2:] == ["done", "done"]
    assert set(outcomes[:-2]) == {"runtime"}
    assert held_against(kitchen) == COUNTED_AS_NOTHING


def test_trouble_on_all_that_no_waiting_mends_ends_the_run_with_5_and_the_reasons(kitchen: Kitchen) -> None:
    trouble(kitchen, "first", "echo 'run `first login`' >&2; exit 11")
    trouble(kitchen, "second", "echo 'no model `x`' >&2; exit 14")
    said = run(kitchen, "first,second")
    assert said.code == EXIT_RUNTIME
    assert said.lines[-3:] == [
        "no runtime could go on; `meta run` tries again:",
        "  first: the runtime is not logged in: run `first login` (not before you have acted, then `meta run`)",
        "  second: the runtime's configuration is wrong: no model `x` (not before you have acted, then `meta run`)",
    ]
    assert kitchen.words["menu"] == "paused"
    assert run(kitchen, "first,second").code == EXIT_RUNTIME
    assert len(asked(kitchen)) == 4, "each run tries both again"
    mended(kitchen, "second")
    assert run(kitchen, "first,second").code == EXIT_WAITING
    assert held_against(kitchen) == COUNTED_AS_NOTHING


def test_a_runtime_that_is_not_installed_is_not_asked(kitchen: Kitchen) -> None:
    adapter = kitchen.agents.home / "first_adapter.sh"
    adapter.write_text('#!/bin/sh\necho \'{"installed": false, "reason": "no first here"}\'\n')
    said = run(kitchen, "first,second")
    assert said.code == EXIT_WAITING
    assert "first cannot work: no first here" in said.lines
    assert [one.split()[0] for one in asked(kitchen)] == ["second", "second"]


def test_one_lego_without_runtime_does_not_end_the_run_while_its_siblings_work(kitchen: Kitchen) -> None:
    """All of them are paused at the end: what was under way has been taken over."""
    kitchen.approved()
    kitchen.agents.will("soup-dishes-gen", script='touch "$mine/../out"; exit 11')
    kitchen.agents.will(
        "stew-dishes-gen",
        {"dishes/stew.md": dish("stew")},
        'while [ ! -e "$mine/../out" ]; do sleep 0.02; done',
    )
    said = run(kitchen, "first", "--yes")
    assert said.code == EXIT_RUNTIME
    assert kitchen.record("dishes", "stew").sessions[0].outcome == "done"
    assert held_against(kitchen, "dishes", "soup") == COUNTED_AS_NOTHING
    kitchen.agents.will("soup-dishes-gen", {"dishes/soup.md": dish("soup")})
    assert run(kitchen, "first", "--yes").code == EXIT_DONE


# A rate limit among several sessions


def test_a_rate_limit_with_several_sessions_under_way_halves_how_many_run_at_once(kitchen: Kitchen) -> None:
    kitchen.approved()
    kitchen.agents.hold("stew-dishes-gen", "cake-dishes-gen")
    together = 'while [ "$(grep -c dishes-gen "HOME/asked")" -lt 3 ]; do sleep 0.02; done; '
    trouble(kitchen, "first", f'case "$2" in *soup-dishes-gen-1) {together} {limited(1)};; esac')
    log = kitchen.agents.home / "engine.log"
    engine = start(log, command(*words(kitchen, "first", "--yes")))
    patiently(lambda: (fact := health(kitchen, "first")) and fact.limit == 1)
    fact = health(kitchen, "first")
    assert fact is not None
    assert fact.older == 2, "the two that were under way say nothing about the new limit"
    kitchen.agents.go("stew-dishes-gen", "cake-dishes-gen")
    assert engine.wait(60) == EXIT_DONE
    assert [one.outcome for one in kitchen.record("dishes", "soup").sessions] == ["runtime", "done", "done"]
    assert held_against(kitchen, "dishes", "soup") == COUNTED_AS_NOTHING


# A context that is too small


def told_tokens(kitchen: Kitchen, ending: str) -> int:
    budget = json.loads((kitchen.session(ending) / "session.json").read_text())["budget"]
    return int(budget["brief_tokens"])


def long_intent(kitchen: Kitchen) -> None:
    (kitchen.root / "app_intent.md").write_text("A menu of three courses.\n" + "Nothing with nuts, please.\n" * 500)
    plain_git(kitchen.root, "commit", "--quiet", "--all", "--message", "what is wanted, at length")


def test_a_context_overflow_is_told_again_in_half_the_tokens_and_counts_as_nothing(kitchen: Kitchen) -> None:
    long_intent(kitchen)
    once = 'if mkdir "$mine/once" 2>/dev/null; then exit 13; fi'
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)}, once)
    assert kitchen.run().code == EXIT_WAITING
    assert [one.outcome for one in kitchen.record("menu").sessions] == ["overflow", "done", "done"]
    assert 3_000 < told_tokens(kitchen, "menu-gen-1") <= 6_000
    assert told_tokens(kitchen, "menu-gen-2") <= 3_000
    brief = (kitchen.session("menu-gen-2") / "brief.md").read_text()
    assert "`app_intent.md`: it lies in the folder, open it" in brief
    assert held_against(kitchen) == COUNTED_AS_NOTHING


def test_what_overflows_again_has_failed_and_stops(kitchen: Kitchen) -> None:
    long_intent(kitchen)
    kitchen.agents.will("menu-gen", script="exit 13")
    said = kitchen.run()
    assert said.code == EXIT_VALVE
    outcomes = [one.outcome for one in kitchen.record("menu").sessions]
    assert outcomes == ["overflow", "failed", "failed"]
    assert "menu stopped: no progress: twice the same failure on the same files: context overflow" in said.lines[-1]
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)})
    meta("retry", "menu", "--dir", kitchen.root)
    assert kitchen.run().code == EXIT_WAITING


# Killed by something else


def test_a_session_that_is_killed_once_is_started_again_and_nothing_is_counted(kitchen: Kitchen) -> None:
    once = 'if mkdir "$mine/once" 2>/dev/null; then kill -KILL $$; fi'
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": json.dumps(PLAN)}, once)
    assert kitchen.run().code == EXIT_WAITING
    assert [one.outcome for one in kitchen.record("menu").sessions] == ["interrupted", "done", "done"]
    assert held_against(kitchen) == COUNTED_AS_NOTHING


def test_a_session_that_is_killed_five_times_in_a_row_stops_its_step(kitchen: Kitchen) -> None:
    kitchen.agents.will("soup-dishes-gen", script="kill -KILL $$")
    said = kitchen.run("--yes")
    assert said.code == EXIT_VALVE
    assert said.lines[-1] == (
        "  dishes_soup stopped: its session was killed 5 times in a row by something else. "
        "`meta retry soup` tries again with what is known."
    )
    assert [one.outcome for one in kitchen.record("dishes", "soup").sessions] == ["interrupted"] * 5
    assert kitchen.record("dishes", "soup").failure_count == 0
    assert {kitchen.words[name] for name in ("dishes_stew", "dishes_cake")} == {"done"}
    kitchen.agents.will("soup-dishes-gen", {"dishes/soup.md": dish("soup")})
    meta("retry", "soup", "--dir", kitchen.root)
    assert kitchen.run("--yes").code == EXIT_DONE
