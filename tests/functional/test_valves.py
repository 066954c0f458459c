"""Every safety valve of the document, tripped by a real run: what stops, what is said, what goes on, the way out."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.document.valves import NOT_IN_FORCE, VALVES
from engine.errors import EXIT_DONE, EXIT_USAGE, EXIT_VALVE, EXIT_WAITING
from engine.sessions.folder import SessionFolder
from engine.sessions.processes import processes_of
from engine.state.clock import iso, utc_now
from engine.state.events import SessionEnded, SessionStarted
from engine.state.models import SessionFact
from engine.state.store import Store
from tests.cookbook import MENU, dish
from tests.scripted import Kitchen, Said, kitchen_with_cooks, meta, patiently

SIBLING = "dishes_stew"
SAFETY = "## Safety valves\n"
PREFACE = "# Book\n\n## Preface\n\nEat well.\n"
USED = (
    """echo '{"t": 1, "kind": "usage", "input_tokens": 900, "output_tokens": 200, "cost": 1.5}' >>"$2/events.jsonl"; """
)
"""A piece of an agent that tells what it used: 1,100 tokens, $1.5."""
FOREVER = 'n=0; while [ ! -e "$mine/go" ] && [ $n -lt 1500 ]; do n=$((n + 1)); sleep 0.02; done; '
"""A piece that is at work until it is ended, or for half a minute: then the test fails, and does not hang."""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A small kitchen in which everything goes well: soup and stew, and in its lane only they are reviewed."""
    made = kitchen_with_cooks(tmp_path)
    document = made.root / ".meta" / "AGENTS.md"
    quick = "- **Outputs**: `{}`\n- **Lanes**: full, tiny (no Review)\n"
    text = document.read_text()
    for outputs in ("menu.md`, `lego_plan.json", "book.md"):
        text = text.replace(f"- **Outputs**: `{outputs}`\n", quick.format(outputs))
    document.write_text(text)
    meta("set", "lane", "tiny", "--dir", made.root)
    made.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": planned("soup", "stew")})
    yield made
    made.end()


def planned(*names: str) -> str:
    """The plan of these dishes; the first is the one that wires the app."""
    legos = [
        {"name": name, "purpose": "A dish.", "kind": "component", "requirements": [], "dependencies": []}
        for name in names
    ]
    legos[0] |= {"kind": "entry", "dependencies": list(names[1:])}
    return json.dumps({"schema_version": 1, "app": "cookbook", "legos": legos})


def valve(kitchen: Kitchen, sentence: str) -> None:
    """Set a valve in the kitchen's document, or set it anew."""
    document = kitchen.root / ".meta" / "AGENTS.md"
    name = sentence.partition(" at ")[0]
    kept = [line for line in document.read_text().splitlines() if not line.startswith(f"- {name} at ")]
    document.write_text("\n".join(kept).replace(SAFETY, f"{SAFETY}\n- {sentence}", 1) + "\n")


def edit(kitchen: Kitchen, old: str, new: str) -> None:
    """Change the kitchen's document."""
    document = kitchen.root / ".meta" / "AGENTS.md"
    text = document.read_text()
    assert old in text
    document.write_text(text.replace(old, new))


def soup(kitchen: Kitchen, script: str = "", step: str = "Cook it.", **result: object) -> None:
    """What the session does that writes down the soup; its siblings are good ones."""
    kitchen.agents.will("soup-dishes-gen", {"dishes/soup.md": dish("soup", step)}, script, **result)


def count(kitchen: Kitchen, key: str) -> int:
    """How many sessions of that key were started."""
    return sum(one.split("-", 2)[2].startswith(key) for one in kitchen.agents.starts())


def stopped(kitchen: Kitchen, said: Said, message: str, name: str = "dishes_soup", word: str = "stopped") -> None:
    """The run ended with 4; that step is blocked, and it and its siblings are told as they are."""
    assert said.code == EXIT_VALVE, said.out
    told = said.lines[said.lines.index("stopped, until you have acted:") + 1 :]
    assert [line for line in told if line.startswith(f"  {name} {word}: {message}")], said.out
    assert kitchen.words[name] == word
    assert kitchen.state.orchestrator.valves[name].startswith(f"{name} {word}: {message}")


def sibling_went_on(kitchen: Kitchen) -> None:
    assert kitchen.words[SIBLING] == "done"


def goes_on(kitchen: Kitchen, *options: object) -> None:
    """The way out: a run builds everything, and no valve is tripped any more."""
    done = kitchen.run("--yes", *options)
    assert (done.code, done.lines[-1]) == (EXIT_DONE, "done: the app is built"), done.out
    assert kitchen.state.orchestrator.valves == {}


def retry(kitchen: Kitchen, name: str = "soup") -> None:
    assert meta("retry", name, "--dir", kitchen.root).code == EXIT_DONE


# Work that comes out wrong


def test_failure_count(kitchen: Kitchen) -> None:
    valve(kitchen, "failure_count at most 2")
    soup(kitchen, 'echo "burnt $(grep -c . "$mine/../starts")" >&2; exit 1')
    run = kitchen.run("--yes")
    stopped(kitchen, run, "failed 2 times: burnt ", word="failed")
    assert "`meta retry soup` tries again with what is known." in run.lines[-1]
    assert count(kitchen, "soup") == 2
    sibling_went_on(kitchen)
    assert kitchen.words["book"] == "pending"
    soup(kitchen)
    assert kitchen.run("--yes").code == EXIT_VALVE
    retry(kitchen)
    goes_on(kitchen)


def test_no_progress(kitchen: Kitchen) -> None:
    soup(kitchen, status="failed", summary="no pot")
    run = kitchen.run("--yes")
    stopped(kitchen, run, "no progress: twice the same failure on the same files: no pot")
    assert "`meta retry soup` tries again" in run.lines[-1]
    assert count(kitchen, "soup") == 2
    sibling_went_on(kitchen)
    soup(kitchen)
    retry(kitchen)
    goes_on(kitchen)


def test_confidence(kitchen: Kitchen) -> None:
    """The number of the valve is for steps that name none of their own: here the last one."""
    valve(kitchen, "confidence at least 0.95")
    valve(kitchen, "failure_count at most 1")
    run = kitchen.run("--yes")
    stopped(kitchen, run, "failed 1 times: - confidence at least 0.95: confidence is 0.9, less than", "book", "failed")
    assert {kitchen.words[name] for name in ("menu", "dishes_soup", SIBLING)} == {"done"}
    kitchen.agents.will("book-gen", {"book.md": PREFACE}, confidence_score=0.95)
    retry(kitchen, "book")
    goes_on(kitchen)
    brief = (kitchen.session("book-gen-2") / "brief.md").read_text()
    assert "- confidence at least 0.95: confidence is 0.9, less than 0.95" in brief


def test_the_confidence_of_a_criterion_goes_before_that_of_the_valve(kitchen: Kitchen) -> None:
    valve(kitchen, "confidence at least 0.95")
    section = '- `book.md` has a section "Preface"'
    edit(kitchen, section, f"{section}\n- confidence is at least 0.2")
    goes_on(kitchen)


# The interview: the whole of it is in test_interview.py


def test_essence_clarity(kitchen: Kitchen, tmp_path: Path) -> None:
    valve(kitchen, "essence clarity at least 0.8")
    soup(kitchen, essence_clarity=0.75, questions=["Hot?"])
    waits = kitchen.run("--yes")
    assert waits.code == EXIT_WAITING
    assert waits.lines[-1] == "  `meta answer FILE --gate dishes_soup` answers its questions"
    sibling_went_on(kitchen)
    (tmp_path / "answers.json").write_text('["yes"]')
    meta("answer", tmp_path / "answers.json", kitchen.root)
    soup(kitchen, essence_clarity=0.8, questions=["Hot?"])
    goes_on(kitchen)


def test_interview_rounds(kitchen: Kitchen, tmp_path: Path) -> None:
    valve(kitchen, "interview at most 1 rounds")
    soup(kitchen, status="needs_input", questions=["Hot?", "Salted?"])
    assert kitchen.run("--yes").code == EXIT_WAITING
    (tmp_path / "answers.json").write_text('["yes", "no"]')
    meta("answer", tmp_path / "answers.json", kitchen.root)
    run = kitchen.run("--yes")
    stopped(kitchen, run, "still unclear after 1 rounds of questions. Open: Hot?; Salted?")
    sibling_went_on(kitchen)
    soup(kitchen)
    retry(kitchen)
    goes_on(kitchen)


# Size


def test_legos_of_a_plan(kitchen: Kitchen) -> None:
    valve(kitchen, "LEGOs at most 1 per app")
    run = kitchen.run("--yes")
    stopped(kitchen, run, "no progress: twice the same failure", "menu")
    brief = (kitchen.session("menu-gen-2") / "brief.md").read_text()
    assert "2 LEGOs, more than 1" in brief
    assert 'group them into sub-apps, each one LEGO of kind "app" with a plan of its own' in brief
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": planned("soup")})
    retry(kitchen, "menu")
    goes_on(kitchen)


def test_a_brief_that_cannot_be_cut_small_enough(kitchen: Kitchen) -> None:
    long = "Stir it, and then stir it again. " * 105
    edit(kitchen, "Write the preface.", long)
    edit(kitchen, "brief at most 6,000 tokens", "brief at most 1,350 tokens")
    run = kitchen.run("--yes")
    stopped(kitchen, run, "the brief of book needs ", "book")
    why = kitchen.record("book").stopped_why
    assert "more than 1,350, with everything cut that may be cut" in why
    assert "shorten its instructions, or raise the limit" in why
    assert {kitchen.words[name] for name in ("menu", "dishes_soup", SIBLING)} == {"done"}
    assert count(kitchen, "book") == 0
    assert kitchen.run("--yes").code == EXIT_VALVE
    edit(kitchen, long, "Write the preface.")
    retry(kitchen, "book")
    goes_on(kitchen)


def test_parallel_sessions_only_wait(kitchen: Kitchen) -> None:
    valve(kitchen, "sessions in parallel at most 1")
    watch = 'ls "$mine/.." | grep -c -- "-busy" >>"$mine/../at_once"; '
    for name in ("soup", "stew"):
        busy = f'mkdir "$mine/../{name}-busy"; {watch} rmdir "$mine/../{name}-busy"'
        kitchen.agents.will(f"{name}-dishes-gen", {f"dishes/{name}.md": dish(name)}, busy)
    goes_on(kitchen, "--jobs", 8)
    assert (kitchen.agents.home / "at_once").read_text().split() == ["1", "1"]


# One session: what it uses, how long it takes


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("tokens per session at most 1,000", "tokens of this session: 1,100 used of at most 1,000"),
        ("cost per session at most 1.25", "cost of this session: $1.5 used of at most $1.25"),
    ],
)
def test_what_one_session_may_use(kitchen: Kitchen, sentence: str, told: str) -> None:
    valve(kitchen, sentence)
    kitchen.agents.will("soup-dishes-gen", {}, f"{USED} mkdir dishes; echo half >dishes/soup.md; {FOREVER}")
    run = kitchen.run("--yes")
    stopped(kitchen, run, told)
    what = sentence.partition(" at ")[0]
    assert f'make its step smaller, or raise "{what}" under "Safety valves"' in run.lines[-1]
    assert "`meta retry soup` tries again" in run.lines[-1]
    assert processes_of(SessionFolder(kitchen.session("soup-dishes-gen-1"))) == set()
    record = kitchen.record("dishes", "soup")
    assert (record.failure_count, record.evidence, record.sessions[0].outcome) == (0, [], "cancelled")
    assert (record.sessions[0].tokens, record.sessions[0].cost) == (1_100, 1.5)
    assert (record.commit, bool(record.sessions[0].commit)) == (None, True)
    sibling_went_on(kitchen)
    assert kitchen.run("--yes").code == EXIT_VALVE
    assert count(kitchen, "soup") == 1
    soup(kitchen)
    retry(kitchen)
    goes_on(kitchen)


def left_alone(kitchen: Kitchen) -> SessionFolder:
    """The soup's session is at work, everything else that can be done is done, and the engine is gone."""
    soup(kitchen, FOREVER)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored here, it would be ignored by the engine too
    engine = kitchen.start("--yes")
    patiently(lambda: kitchen.words.get(SIBLING) == "done")
    engine.send_signal(signal.SIGINT)
    engine.wait(60)
    return SessionFolder(kitchen.session("soup-dishes-gen-1"))


def two_hours_ago(session: SessionFolder) -> None:
    """Let the session have begun long ago."""
    moment = session.pid_path.stat().st_mtime - 7_200
    os.utime(session.pid_path, (moment, moment))


def impatient(session: SessionFolder) -> None:
    """Let its idle time be so short that it is over already."""
    path = session.path / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "idle_seconds": 1e-6}))


@pytest.mark.parametrize(
    ("sentence", "late", "told"),
    [
        ("minutes per session at most 90", two_hours_ago, "it did not end within its deadline of 90 minutes"),
        ("idle minutes per session at most 90", impatient, "it gave no sign of life for 1e-06 seconds"),
    ],
)
def test_how_long_a_session_may_take_and_be_silent(
    kitchen: Kitchen, sentence: str, late: Callable[[SessionFolder], None], told: str
) -> None:
    valve(kitchen, sentence)
    valve(kitchen, "failure_count at most 1")
    session = left_alone(kitchen)
    assert 5_400 in (session.spec().deadline_seconds, session.spec().idle_seconds)
    late(session)
    run = kitchen.run("--yes")
    stopped(kitchen, run, f"failed 1 times: {told}", word="failed")
    assert processes_of(session) == set()
    sibling_went_on(kitchen)
    soup(kitchen)
    retry(kitchen)
    goes_on(kitchen)


# A LEGO, a day, a run


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("tokens per LEGO at most 1,000", "tokens of soup: 1,100 used of at most 1,000"),
        ("cost per LEGO at most 1.5", "dollars of soup: 1.5 used of at most 1.5"),
    ],
)
def test_what_one_lego_may_use(kitchen: Kitchen, sentence: str, told: str) -> None:
    """The soup is written down; its review is a session too many."""
    soup(kitchen, USED)
    valve(kitchen, sentence)
    run = kitchen.run("--yes")
    stopped(kitchen, run, f'{told}; raise it under "Safety valves", then `meta run`')
    assert "retry" not in run.lines[-1]
    assert (count(kitchen, "soup"), kitchen.record("dishes", "soup").stage) == (1, "review")
    sibling_went_on(kitchen)
    assert kitchen.run("--yes").code == EXIT_VALVE
    valve(kitchen, sentence.replace("1,000", "1,101").replace("1.5", "1.6"))
    goes_on(kitchen)
    assert count(kitchen, "soup") == 2


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("tokens per day at most 1,000", "tokens of this day: 1,100 used of at most 1,000"),
        ("cost per day at most 1.5", "dollars of this day: 1.5 used of at most 1.5"),
    ],
)
def test_what_one_day_may_use(kitchen: Kitchen, sentence: str, told: str) -> None:
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": planned("soup", "stew")}, USED)
    valve(kitchen, sentence)
    run = kitchen.run("--yes")
    stopped(kitchen, run, f'{told}; raise it under "Safety valves", then `meta run`, or go on after midnight (UTC)')
    assert (kitchen.words["menu"], kitchen.words[SIBLING], count(kitchen, "")) == ("done", "stopped", 1)
    valve(kitchen, sentence.replace("1,000", "1,101").replace("1.5", "1.6"))
    goes_on(kitchen)


def worked(kitchen: Kitchen, began: datetime, minutes: float) -> None:
    """Let a session of the soup have taken so long."""
    text = iso(began)
    with Store.open(kitchen.root, now=lambda: began + timedelta(minutes=minutes)) as store:
        fact = SessionFact(
            id="0001-1-soup-dishes-gen-1", substep="gen", attempt=1, runtime="scripted", base="", started_at=text
        )
        where = {"step": "dishes", "lego": "soup"}
        ended = SessionEnded(**where, session=fact.id, substep="gen", outcome="interrupted", ours=True)
        store.commit(SessionStarted(**where, session=fact), ended)


def test_how_long_one_lego_may_take(kitchen: Kitchen) -> None:
    worked(kitchen, utc_now(), 30)
    valve(kitchen, "minutes per LEGO at most 30")
    run = kitchen.run("--yes")
    stopped(kitchen, run, 'minutes of soup: 30 used of at most 30; raise it under "Safety valves", then `meta run`')
    sibling_went_on(kitchen)
    assert count(kitchen, "soup") == 0
    valve(kitchen, "minutes per LEGO at most 60")
    goes_on(kitchen)


def test_how_long_all_sessions_of_a_day_may_take(kitchen: Kitchen) -> None:
    """Yesterday's sessions do not count today: that is the other way out."""
    worked(kitchen, utc_now(), 30)
    valve(kitchen, "minutes per day at most 30")
    run = kitchen.run("--yes")
    told = 'minutes of this day: 30 used of at most 30; raise it under "Safety valves", then `meta run`'
    stopped(kitchen, run, f"{told}, or go on after midnight (UTC)", "menu")
    assert count(kitchen, "") == 0
    valve(kitchen, "minutes per day at most 31")
    goes_on(kitchen)


def test_what_was_used_yesterday_does_not_count_today(kitchen: Kitchen) -> None:
    worked(kitchen, utc_now() - timedelta(days=1), 30)
    valve(kitchen, "minutes per day at most 30")
    goes_on(kitchen)


@pytest.mark.parametrize(
    ("option", "cap", "told"),
    [
        ("--max-tokens", "1100", "tokens of this run: 1,100 used of at most 1,100"),
        ("--max-cost", "1.2", "dollars of this run: 1.5 used of at most 1.2"),
    ],
)
def test_what_one_run_may_use(kitchen: Kitchen, option: str, cap: str, told: str) -> None:
    kitchen.agents.will("menu-gen", {"menu.md": MENU, "lego_plan.json": planned("soup", "stew")}, USED)
    run = kitchen.run("--yes", option, cap)
    assert run.code == EXIT_VALVE
    message = f"dishes_soup stopped: {told}; `meta run` goes on with a new cap."
    assert f"  {message}" in run.lines[run.lines.index("stopped, until you have acted:") :]
    assert kitchen.state.orchestrator.valves["dishes_soup"] == message
    assert (kitchen.words["menu"], count(kitchen, "")) == ("done", 1)
    soup(kitchen, USED)
    again = kitchen.run("--yes", option, cap)
    assert again.code == EXIT_VALVE
    assert count(kitchen, "soup") == 1, "each run has its own cap: what the first one used does not count"
    goes_on(kitchen)


@pytest.mark.parametrize(
    "words", [("--max-tokens", "0"), ("--max-tokens", "many"), ("--max-cost", "0"), ("--max-cost", "-1")]
)
def test_a_cap_that_means_nothing_is_refused(kitchen: Kitchen, words: tuple[str, str]) -> None:
    refused = kitchen.run(*words)
    assert (refused.code, words[0] in refused.err) == (EXIT_USAGE, True)


# The list is whole


def test_every_valve_of_the_document_says_what_it_does_and_the_way_out() -> None:
    assert [valve.field for valve in VALVES if valve.trips == NOT_IN_FORCE or not valve.remedy] == []


# What a run says at its end


@pytest.mark.parametrize(
    ("dishes_read", "told"),
    [
        ("", "1 step is stale: `meta run --refresh` does it again"),
        ("`menu.md`, ", "3 steps are stale: `meta run --refresh` does them again"),
    ],
)
def test_what_is_stale_is_told_with_the_command_that_does_it_again(
    kitchen: Kitchen, dishes_read: str, told: str
) -> None:
    edit(kitchen, "`menu.md`, `lego_plan.json` (rows", f"{dishes_read}`lego_plan.json` (rows")
    goes_on(kitchen)
    (kitchen.root / "menu.md").write_text("# Menu\n\n## Courses\n\nStew.\n")
    meta("approve", "menu", kitchen.root)
    assert kitchen.run("--yes").lines[-2:] == ["done: the app is built", told]
    goes_on(kitchen, "--refresh")


def test_what_is_in_the_way_is_told_beside_what_waits_for_a_person(kitchen: Kitchen) -> None:
    soup(kitchen, status="failed", summary="no pot")
    kitchen.agents.will("stew-dishes-gen", status="needs_input", questions=["Hot?"])
    both = kitchen.run("--yes")
    assert both.code == EXIT_WAITING
    assert both.lines[-4] == "stopped, until you have acted:"
    assert both.lines[-3].startswith("  dishes_soup stopped: no progress: ")
    assert both.lines[-2:] == ["waiting for you:", "  `meta answer FILE --gate dishes_stew` answers its questions"]


def test_the_lane_of_a_run_is_chosen_by_an_option_and_stays(kitchen: Kitchen) -> None:
    assert kitchen.run("--yes", "--lane", "full", "--until", "0").code == EXIT_DONE
    assert count(kitchen, "menu-review") == 1
    assert (kitchen.state.orchestrator.run.lane, kitchen.state.orchestrator.run.chosen["lane"]) == ("full", "full")
    goes_on(kitchen)
    assert count(kitchen, "book-review") == 1
    assert kitchen.run("--lane", "slow").code == EXIT_USAGE
