"""Finished apps as earlier versions of the engine left them: today's engine loses nothing of them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from engine.facts import assess_workspace
from engine.lifecycle.upgrade import look_at_upgrade
from engine.state.journal import Journal
from engine.state.store import Store
from tests.git_helpers import plain_git
from tests.scripted import meta

GOLDEN = sorted((Path(__file__).parent.parent / "fixtures" / "golden").glob("*.tar.gz"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.name.removesuffix(".tar.gz"))
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / "app"


def state_files(app: Path) -> dict[str, bytes]:
    folder = app / ".orchestrator"
    return {path.name: path.read_bytes() for path in (*folder.glob("*.json"), folder / "journal.jsonl")}


def sessions_of(app: Path) -> list[str]:
    return sorted(path.name for path in (app / ".orchestrator" / "sessions").iterdir())


def test_there_is_one_of_each_kind_of_state_that_was_ever_written() -> None:
    assert len(GOLDEN) >= 5
    assert all(path.stat().st_size < 200_000 for path in GOLDEN)


def test_it_is_opened_and_every_step_is_known_to_be_done(app: Path) -> None:
    before = state_files(app)
    facts = assess_workspace(app)
    assert {i.status for i in facts.assessment.instances()} == {"done"}
    assert len(facts.assessment.instances()) == 6
    sessions = [session.id for record in facts.state.records() for session in record.sessions]
    assert sorted(sessions) == sessions_of(app)
    assert state_files(app) == before


def test_its_journal_tells_the_same_story_as_its_files(app: Path) -> None:
    events = Journal(app / ".orchestrator" / "journal.jsonl").read()
    state = Store.open(app, read_only=True).state
    assert events[-1].seq == state.seq == len(events)
    done = meta("doctor", "--rebuild", app)
    assert done.code == 0, done
    assert Store.open(app, read_only=True).state == state


def test_a_run_has_nothing_to_do_and_starts_no_session(app: Path) -> None:
    head = plain_git(app, "rev-parse", "HEAD")
    sessions = sessions_of(app)
    done = meta("run", app, "--runtime", "handoff")
    assert (done.code, sessions_of(app)) == (0, sessions), done
    assert plain_git(app, "rev-parse", "HEAD") == head
    assert meta("plan", app, "--forecast").code == 0


def test_it_is_upgraded_to_the_documents_of_now_without_a_session(app: Path) -> None:
    report = look_at_upgrade(assess_workspace(app))
    assert [one.name for one in report.touched] == ["release"]
    assert report.documents or report.unknown, "what is not known is said"
    sessions = sessions_of(app)
    done = meta("upgrade", app, "--yes", "--runtime", "handoff")
    assert (done.code, sessions_of(app)) == (0, sessions), done
    again = meta("upgrade", app, "--runtime", "handoff")
    assert (again.code, "nothing to upgrade" in again.out) == (0, True), again
    assert set(plain_git(app, "status", "--porcelain").split()) == {"??", ".meta/"}


def test_what_an_app_was_made_with_is_known_from_its_first_run_on(app: Path) -> None:
    first = Store.open(app, read_only=True).state.orchestrator.run
    assert meta("run", app, "--runtime", "handoff").code == 0
    run = Store.open(app, read_only=True).state.orchestrator.run
    assert run.released == first.documents
    assert plain_git(app, "rev-parse", "--verify", "refs/meta/documents")
