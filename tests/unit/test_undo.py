"""What can be undone, what the facts become, and how a commit is taken back around other people's work."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.git import Repository
from engine.git.reverting import RevertConflict, joined, revert
from engine.lifecycle.undo import History, facts_after, history, under_way
from engine.runner.undoing import CannotUndo, preview
from engine.runner.undoing import undo as undo_it
from engine.state import events as ev
from engine.state.apply import apply
from engine.state.atomic import dump_json
from engine.state.journal import encode
from engine.state.models import Change, CheckFact, GateFact, Run, SessionFact, State, StepRecord, Undoing
from engine.state.replay import replay
from engine.state.store import Store
from engine.workspace import Workspace
from tests.git_helpers import make_repository, plain_git

CHANGE = Change(base="c0", began_at="t")


def numbered(*events: ev.Event) -> list[ev.Event]:
    return [event.model_copy(update={"seq": n, "at": f"t{n:03}"}) for n, event in enumerate(events, 1)]


def merge(lego: str, old: str, new: str, step: str = "serve") -> list[ev.Event]:
    return [
        ev.ActionStarted(step=step, lego=lego),
        ev.LandingStarted(step=step, lego=lego, old=old, new=new),
        ev.Landed(step=step, lego=lego, commit=new, next="done"),
    ]


def land(step: str, old: str, new: str, lego: str | None = None) -> list[ev.Event]:
    return [
        ev.LandingStarted(step=step, lego=lego, old=old, new=new),
        ev.Landed(step=step, lego=lego, commit=new, next="done"),
    ]


def run(change: Change | None = None) -> ev.RunSet:
    return ev.RunSet(run=Run(change=change, finished_at=None if change else "t"))


def undo(unit: int, old: str, new: str) -> list[ev.Event]:
    return [
        ev.UndoStarted(undoing=Undoing(unit=unit, old=old, new=new)),
        ev.Undone(unit=unit, run=Run()),
    ]


def known(*events: ev.Event) -> History:
    return history(numbered(*events), ["serve"])


def told(found: History) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    return [(unit.kind, unit.spans) for unit in found.units]


# Units


def test_each_merge_of_a_first_build_is_a_unit_and_no_other_landing_is() -> None:
    found = known(*merge("soup", "a", "b"), *land("book", "b", "c"), *merge("stew", "c", "d"))
    assert told(found) == [("lego", (("a", "b"),)), ("lego", (("c", "d"),))]
    assert found.last and found.last.legos == ("stew",)


def test_a_merge_that_brought_nothing_is_no_unit() -> None:
    assert known(*merge("soup", "a", "a")).last is None


def test_a_finished_change_is_one_unit_with_all_that_it_landed() -> None:
    events = [*merge("soup", "a", "b"), run(CHANGE), *land("menu", "b", "c"), *merge("stew", "d", "e"), run()]
    assert told(known(*events)) == [("lego", (("a", "b"),)), ("change", (("b", "c"), ("d", "e")))]


def test_while_a_change_is_under_way_its_merges_come_first() -> None:
    begun = [run(CHANGE), *land("menu", "a", "b"), *merge("stew", "b", "c")]
    found = known(*begun)
    assert found.last and found.last.kind == "lego"
    after = known(*begun, *undo(found.last.id, "c", "d"))
    assert told(after) == [("change", (("a", "b"),))] and not after.units[0].ended
    ended = known(*begun, *undo(found.last.id, "c", "d"), *merge("stew", "d", "e"), run())
    assert told(ended) == [("change", (("a", "b"), ("d", "e")))]


def test_what_is_done_again_after_a_change_goes_with_it_and_merges_are_units_again() -> None:
    done = [run(CHANGE), *land("menu", "a", "b"), run()]
    found = known(*done, *land("book", "b", "c"), *merge("stew", "c", "d"), *land("book", "d", "e"))
    assert told(found) == [("change", (("a", "b"), ("b", "c"), ("d", "e"))), ("lego", (("c", "d"),))]


def test_a_change_that_came_to_nothing_is_no_unit() -> None:
    assert known(run(CHANGE), run()).units == ()


def test_after_an_undo_the_unit_before_is_the_last() -> None:
    events = [*merge("soup", "a", "b"), run(CHANGE), *land("menu", "b", "c"), run()]
    [_, change] = known(*events).units
    after = known(*events, *undo(change.id, "c", "d"))
    assert told(after) == [("lego", (("a", "b"),))]
    assert after.redo and after.redo.spans == (("c", "d"),)


def test_undos_are_taken_back_newest_first_until_something_else_is_done() -> None:
    events = [*merge("soup", "a", "b"), *merge("stew", "b", "c")]
    for commits in (("c", "d"), ("d", "e")):
        last = known(*events).last
        assert last
        events += undo(last.id, *commits)
    assert known(*events).units == ()
    for number, commits in enumerate((("e", "f"), ("f", "g")), 1):
        redo = known(*events).redo
        assert redo
        events += undo(redo.id, *commits)
        assert len(known(*events).units) == number
    assert known(*events).redo is None
    last = known(*events).last
    assert last
    events += [*undo(last.id, "g", "h"), ev.ActionStarted(step="menu")]
    assert known(*events).redo is None


# Facts


def session(number: int, substep: str = "gen") -> SessionFact:
    fields = {"id": f"s{number}", "substep": substep, "attempt": number, "runtime": "x", "base": "b"}
    return SessionFact.model_validate({**fields, "started_at": f"t{number}", "outcome": "done", "tokens": 10})


def worked(number: int, step: str = "menu", lego: str | None = None) -> list[ev.Event]:
    """A session, its check and its approval."""
    fact = GateFact(gate=step, round=number, decision="approve", at=f"d{number}")
    check = CheckFact(after="gen", commit=f"c{number}", passed=True)
    return [
        ev.SessionStarted(step=step, lego=lego, session=session(number)),
        ev.SessionEnded(step=step, lego=lego, session=f"s{number}", substep="gen", outcome="done", tokens=10),
        ev.CheckEnded(step=step, lego=lego, check=check, next="land"),
        ev.Landed(step=step, lego=lego, commit=f"c{number}", outputs={"menu.md": f"id{number}"}, next="gate"),
        ev.GateDecided(step=step, lego=lego, fact=fact, next="done"),
    ]


def test_facts_go_back_and_what_was_used_stays_used() -> None:
    first = [*worked(1), *worked(1, "dishes", "stew"), run()]
    events = numbered(*first, run(CHANGE), *land("menu", "a", "b"), *worked(2), *worked(2, "dishes", "stew"), run())
    [unit] = history(events, ["serve"]).units
    now, before = replay(State(), events), replay(State(), events[: len(first)])
    undone = facts_after(events, unit, now, "t999")
    after = apply(now, undone.model_copy(update={"seq": len(events) + 1, "at": "t999"}))
    for step, lego in (("menu", None), ("dishes", "stew")):
        record, was = after.record(step, lego), before.record(step, lego)
        assert record and was and record.undone
        assert record.model_copy(update={"undone": None}) == was
        assert [one.id for one in record.undone.sessions] == ["s2"]
        assert (record.next_round, record.attempts("gen"), record.undone.at) == (3, 2, "t999")
    assert after.orchestrator.budget == now.orchestrator.budget
    assert after.orchestrator.run == before.orchestrator.run
    again = after.record("menu")
    assert again and len(again.all_sessions) == 2


def test_an_undone_undo_gives_every_record_back() -> None:
    events = numbered(*worked(1), run(), run(CHANGE), *land("menu", "a", "b"), *worked(2), run())
    full = replay(State(), events)
    [unit] = history(events, []).units
    number = len(events)
    started = ev.UndoStarted(seq=number + 1, at="t1", undoing=Undoing(unit=unit.id, old="b", new="c"))
    undone = facts_after(events, unit, full, "t1").model_copy(update={"seq": number + 2, "at": "t1"})
    events += [started, undone]
    redo = history(events, []).redo
    assert redo
    now = replay(State(), events)
    back = apply(now, facts_after(events, redo, now, "t2").model_copy(update={"seq": number + 3, "at": "t2"}))
    record = back.record("menu")
    assert record and record.undone and not record.undone.sessions
    assert record.model_copy(update={"undone": None}) == full.record("menu")
    assert record.next_round == 3 and back.orchestrator.run == full.orchestrator.run


def test_an_undone_merge_waits_with_its_work_for_a_person() -> None:
    held = ev.Landed(step="dishes", lego="stew", commit="w", outputs={"x": "1"}, tip="w", next="done")
    events = numbered(held, *merge("stew", "a", "b"), run())
    now = replay(State(), events)
    [unit] = history(events, ["serve"]).units
    after = apply(now, facts_after(events, unit, now, "t9", "w2", {"x": "1"}).model_copy(update={"seq": 9}))
    lego = after.legos["stew"]
    assert (lego.tip, lego.held) == ("w2", {"x": "1"})
    assert lego.steps["serve"].stage == "stopped" and lego.steps["serve"].stopped_why == "its merge was undone"
    assert lego.steps["dishes"] == now.legos["stew"].steps["dishes"]
    assert after.orchestrator.run.finished_at is None


def test_newer_work_of_the_lego_that_waits_already_is_not_replaced() -> None:
    newer = ev.Landed(step="dishes", lego="stew", commit="n", outputs={"x": "2"}, tip="n", next="done")
    events = numbered(*merge("stew", "a", "b"), newer)
    now = replay(State(), events)
    [unit] = history(events, ["serve"]).units
    undone = facts_after(events, unit, now, "t9", "w2", {"x": "1"})
    assert (undone.legos["stew"].tip, undone.legos["stew"].held) == ("n", {"x": "2"})


def test_nothing_can_be_undone_while_a_session_or_a_landing_is_under_way() -> None:
    live = session(1).model_copy(update={"outcome": None})
    state = replay(State(), numbered(ev.SessionStarted(step="menu", session=live)))
    assert under_way(state) == ["session s1 is at work"]
    landing = replay(State(), numbered(ev.LandingStarted(step="menu", old="a", new="b")))
    assert under_way(landing) == ["a landing was cut off"]
    assert under_way(State()) == []


def test_a_state_of_a_megabyte_is_stored_and_read_back(tmp_path: Path) -> None:
    long = "x" * 2000
    record = StepRecord(sessions=[session(n).model_copy(update={"summary": long}) for n in range(10)])
    legos = {f"lego_{n}": ev.LegoBefore(steps={"dishes": record}) for n in range(50)}
    event = ev.Undone(unit=1, run=Run(), legos=legos)
    assert len(encode(event)) > 1_000_000
    with Store.open(tmp_path) as store:
        store.commit(event)
        now = store.state
    assert Store.open(tmp_path, read_only=True).state == now
    assert sum(len(dump_json(lego)) for lego in now.legos.values()) > 1_000_000
    for path in (tmp_path / ".orchestrator").glob("lego_state_*"):
        path.unlink()
    assert Store.open(tmp_path, read_only=True).state == now


# Files


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "app")


def put(repository: Repository, **files: str | None) -> tuple[str, str]:
    """Land these files; the span."""
    old = repository.head()
    assert old
    names = {name.replace("__", "."): text.encode() if text is not None else None for name, text in files.items()}
    new = repository.commit_files(old, names, "work")
    repository.fast_forward(old, new)
    return old, new


def stays_nowhere(path: str) -> bool:
    return False


def taken_back(repository: Repository, *spans: tuple[str, str]) -> str:
    head = repository.head()
    assert head
    return revert(repository, head, spans, stays_nowhere, "undo").commit


def test_landings_in_a_row_are_one() -> None:
    assert joined([("a", "b"), ("b", "c"), ("d", "e"), ("e", "e")]) == [("a", "c"), ("d", "e")]
    assert joined([("a", "b"), ("b", "a")]) == []


def test_modes_links_and_deletions_come_back_exactly(repository: Repository) -> None:
    before = repository.head()
    assert before
    for command in (("rm", "-q", "run", "src/a.py"), ("update-index", "--chmod=+x", "src/b.py")):
        plain_git(repository.root, *command)
    (repository.root / "link").symlink_to("README.md")
    plain_git(repository.root, "add", "link")
    plain_git(repository.root, "commit", "-qm", "work")
    head = repository.head()
    assert head
    commit = taken_back(repository, (before, head))
    assert repository.ids(commit, [""]) == repository.ids(before, [""])
    assert plain_git(repository.root, "ls-tree", "-r", commit) == plain_git(repository.root, "ls-tree", "-r", before)


def test_a_file_that_only_looks_like_one_of_the_undone_work_stays(repository: Repository) -> None:
    """No renames are guessed: the person's copy of a file is not the file."""
    span = put(repository, new__py="one\ntwo\nthree\nfour\n")
    put(repository, copy__py="one\ntwo\nthree\nfour\n")
    files = repository.files(taken_back(repository, span))
    assert "copy.py" in files and "new.py" not in files


def test_edits_between_two_landings_stay(repository: Repository) -> None:
    first = put(repository, a__py="1\n2\n3\n4\n5\n6\n7\n8\n")
    second_base = put(repository, b__py="mine\n")
    second = put(repository, a__py="1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    commit = taken_back(repository, first, second)
    assert repository.files(commit) == sorted([*repository.files(first[0]), "b.py"])
    assert second_base


def test_edits_on_lines_of_the_work_made_in_its_midst_go_with_it_and_are_told(repository: Repository) -> None:
    first = put(repository, README__md="plan\n")
    put(repository, README__md="plan, decided by me\n")
    second = put(repository, b__py="done\n")
    head = repository.head()
    assert head
    found = revert(repository, head, [first, second], stays_nowhere, "undo")
    assert found.lost == ("README.md",)
    assert repository.read(found.commit, "README.md") == b"one\n"


def test_paths_that_stay_are_left_as_they_are(repository: Repository) -> None:
    span = put(repository, README__md="two\n", b__py="x\n")
    found = revert(repository, span[1], [span], lambda path: path == "README.md", "undo")
    assert repository.read(found.commit, "README.md") == b"two\n" and "b.py" not in repository.files(found.commit)
    assert dict(found.changed) == {"b.py": (0, 1)} and found.edited == ("README.md",)


def test_a_conflict_names_the_lines_as_they_are_now(repository: Repository) -> None:
    put(repository, a__py="".join(f"{n}\n" for n in range(12)))
    span = put(repository, a__py="".join(f"{n}\n" for n in range(12)).replace("5\n", "five\n"))
    put(repository, a__py="head\n" + "".join(f"{n}\n" for n in range(12)).replace("5\n", "V\nV\n"), README__md="x\n")
    with pytest.raises(RevertConflict) as found:
        taken_back(repository, span)
    assert found.value.lines == {"a.py": "lines 7-8"}


LINES = [f"line {n}\n" for n in range(40)]
WORK, MINE = st.sets(st.integers(0, 9)), st.sets(st.integers(10, 19))
"""Every line of the work and of the person stands apart from the others: at 4 n and at 4 n - 38."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=WORK, mine=MINE, apart=st.booleans())
def test_any_edits_in_other_lines_are_all_that_is_left(
    repository: Repository, work: set[int], mine: set[int], apart: bool
) -> None:
    worked = {4 * n for n in work}
    edited = {4 * (n - 10) + 2 for n in mine}

    def text(worked: set[int], edited: set[int]) -> bytes:
        changed = {n: f"work {n}\n" for n in worked} | {n: f"mine {n}\n" for n in edited}
        return "".join(changed.get(n, line) for n, line in enumerate(LINES)).encode()

    start = repository.head()
    base = repository.commit_files(start, {"a.txt": text(set(), set()), "c.txt": b"c\n"}, "base")
    first = {n for n in worked if n < 20}
    one = repository.commit_files(base, {"a.txt": text(first, set()), "c.txt": None}, "work")
    between = {n for n in edited if n % 8 == 2} if apart else set()
    two = repository.commit_files(one, {"a.txt": text(first, between)}, "mine")
    three = repository.commit_files(two, {"a.txt": text(worked, between), "b.txt": b"work\n"}, "work")
    four = repository.commit_files(three, {"a.txt": text(worked, edited), "d.txt": b"mine\n"}, "mine")
    found = revert(repository, four, [(base, one), (two, three)], stays_nowhere, "undo")
    assert repository.read(found.commit, "a.txt") == text(set(), edited)
    wanted = {*repository.files(base), "d.txt"}
    assert set(repository.files(found.commit)) == wanted
    assert not found.lost


def test_a_sub_app_is_left_to_an_undo_of_its_own(repository: Repository) -> None:
    (repository.root / "apps" / "mill" / ".orchestrator").mkdir(parents=True)
    (repository.root / ".orchestrator").mkdir()
    old = repository.head()
    assert old
    new = repository.commit_files(old, {"apps/mill/a.py": b"1\n", "apps/other/a.py": b"1\n"}, "work")
    repository.fast_forward(old, new)
    with Store.open(repository.root) as store:
        store.commit(run(CHANGE), *land("menu", old, new), run())
    workspace = Workspace.at(repository.root)
    seen = preview(workspace)
    assert seen and seen.apart == ("apps/mill/",) and list(seen.reverted.changed) == ["apps/other/a.py"]
    undo_it(workspace, seen)
    assert (repository.root / "apps/mill/a.py").exists() and not (repository.root / "apps/other").exists()


def test_what_was_shown_is_what_is_done_or_nothing(repository: Repository) -> None:
    (repository.root / ".orchestrator").mkdir()
    old = repository.head()
    assert old
    new = repository.commit_files(old, {"b.py": b"1\n"}, "work")
    repository.fast_forward(old, new)
    with Store.open(repository.root) as store:
        store.commit(run(CHANGE), *land("menu", old, new), run())
    workspace = Workspace.at(repository.root)
    seen = preview(workspace)
    assert seen
    put(repository, c__py="mine\n")
    with pytest.raises(CannotUndo, match="look again"):
        undo_it(workspace, seen)
    assert (repository.root / "b.py").exists()
