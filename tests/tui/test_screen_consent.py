"""Consents on the screen: packages are fetched, a text is no secret, work is taken back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.gates.packages import Needed, PackagesMissing
from engine.legos.toolchain import Packages
from engine.secrets import ALLOWED, SecretFound, find
from tests.cookbook import kitchen as empty_kitchen
from tests.helpers import eventually
from tests.scripted import Kitchen, kitchen_with_cooks
from tests.secret_keys import KEYS
from tests.tui import fixture_views as views
from tests.tui.journeys import Moment, commands, press, press_when_calm, said, screen, settle, text_of
from tui.app import MetaApp
from tui.loaders import undoing
from tui.loaders.undoing import NotUndone, Unit
from tui.palette import everywhere
from tui.read_model import EngineView, WorkspaceView
from tui.screens.consent import Consent
from tui.supervisor import Supervisor
from tui.words import undo as undo_words

KEY = KEYS["GitHub Token"]
UNIT = Unit(
    id=41,
    name="the change of 2026-11-02 10:04",
    kind="change",
    legos=("store", "query"),
    requirements=("R-004", "R-012"),
    commits=(("1a2b3c4d", "query: code"), ("5e6f7a8b", "query: [tests]")),
    files={"src/query.py": (12, 3), "docs/logo.png": None},
    edits_kept=("src/store.py",),
    edits_lost=("src/report.py",),
    sub_apps=("apps/shop/",),
)


async def look_until(app: MetaApp, condition: object) -> None:
    """Looks at the files again and again until the condition holds."""

    def check() -> object:
        app.look()
        return condition()  # type: ignore[operator]

    await eventually(check, 60)


def stopped(folder: Path, why: str) -> WorkspaceView:
    """The requirements are stopped, for that reason."""
    phases = [*views.done_until(3), views.single(3, "stopped", why=why)]
    return views.view(folder, phases, engine=EngineView())


def refusal(folder: Path, name: str, text: str) -> str:
    """What the engine says of a file of the workspace that holds this text."""
    (folder / name).write_text(text)
    return str(SecretFound(find(text, name), "requirements: what you edited holds a secret"))


# -- packages


def wants_packages(folder: Path) -> Supervisor:
    """An engine that goes on only with consent to fetch; it notes its options."""
    needed = Needed(Packages(("pyproject.toml",), ("uv", "sync"), ("venv",)), (("pyproject.toml", b""),), "here")
    (folder / "said").write_text(f"meta: {PackagesMissing(needed)}\n")
    text = 'echo "$*" >>options; case "$*" in *--fetch*) exit 3;; esac; echo checks run in: x; cat said >&2; exit 5'
    return Supervisor(folder, command=["/bin/sh", "-c", text, "sh"])


async def test_a_run_that_waits_for_packages_says_what_is_fetched_and_d_agrees_for_that_run(tmp_path: Path) -> None:
    view = views.running(tmp_path)._replace(engine=EngineView())
    supervisor = wants_packages(tmp_path)
    async with screen(view, supervisor=supervisor) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        await look_until(app, lambda: app.engine.fetch)
        await settle(pilot)
        text = " ".join(text_of(pilot).split())
        assert "The work waits: the checks need packages that are not on this machine." in text
        assert "uv sync" in text and "uses the network" in text and "D agrees, for this run" in text
        assert "no runtime could go on" not in text and "checks run in" not in text
        assert app.main is not None and app.main.query_one("#trouble").has_class("-waits"), "a question is no error"
        await press(pilot, "D")
        await look_until(app, lambda: app.engine.phase == "ended")
        assert (tmp_path / "options").read_text() == "\n--fetch\n"
        await press(pilot, "s")
        await look_until(app, lambda: app.engine.fetch and app.engine.trouble)
        assert (tmp_path / "options").read_text() == "\n--fetch\n\n", "the next run is asked for again"


async def test_d_does_nothing_where_nothing_waits_for_packages(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "D")
        assert "Nothing waits for packages" in said(pilot)


# -- secrets


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """A kitchen in which everything goes well."""
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


def in_one_line(pilot: Pilot[Any]) -> str:
    """The screen's words, however its lines were wrapped: paths in them are longer where tests run side by side."""
    return " ".join(re.findall(r"[^\s█]+", text_of(pilot)))


async def test_an_intent_that_is_held_is_shown_masked_and_allowed_and_the_engine_begins(kitchen: Kitchen) -> None:
    intent = kitchen.root / "app_intent.md"
    intent.write_text(f"# Menu\n\nThe shop knows us by {KEY}.\n")
    supervisor = Supervisor(kitchen.root, ["--runtime", "scripted", "--adapter-path", str(kitchen.agents.home)])
    app = MetaApp(kitchen.root, supervisor=supervisor, clock=Moment(), live=False)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look_until(app, lambda: "S shows it, and allows it if it is none" in in_one_line(pilot))
        assert app.engine.phase == "failed"
        await press(pilot, "S")
        assert isinstance(app.screen, Consent)
        assert f"app_intent.md:3: GitHub Token {KEY[:3]}…" in in_one_line(pilot) and KEY not in text_of(pilot)
        assert not (kitchen.root / ALLOWED).exists()
        await press_when_calm(pilot, "y")
        await look_until(app, lambda: app.view is not None and app.view.waiting)
        assert hashlib.sha256(KEY.encode()).hexdigest() in (kitchen.root / ALLOWED).read_text()
        await look_until(app, lambda: app.engine.phase == "ended" and "held as a secret" not in text_of(pilot))


async def test_every_secret_of_a_refusal_is_shown_and_the_stopped_step_is_tried_again(tmp_path: Path) -> None:
    other = KEYS["Stripe Access Key"]
    why = refusal(tmp_path, "requirements.md", f"# R\n\n{KEY}\n\n{other}\n")
    async with screen(stopped(tmp_path, why)) as pilot:
        assert "Requirements cannot go on: a text is held as a secret. S shows it" in text_of(pilot)
        await press(pilot, "S")
        text = text_of(pilot)
        assert "Allow these 2 texts?" in text and "requirements.md:3: " in text and "requirements.md:5: " in text
        await press_when_calm(pilot, "n")
        assert not (tmp_path / ALLOWED).exists() and commands(tmp_path) == []
        await press(pilot, "S")
        await press_when_calm(pilot, "y")
        allowed = (tmp_path / ALLOWED).read_text()
        assert all(hashlib.sha256(one.encode()).hexdigest() in allowed for one in (KEY, other)) and KEY not in allowed
        assert [(one["command"], one["step"]) for one in commands(tmp_path)] == [("retry", "requirements")]


async def test_where_the_secret_was_taken_out_meanwhile_nothing_is_asked(tmp_path: Path) -> None:
    why = refusal(tmp_path, "requirements.md", f"# R\n\n{KEY}\n")
    (tmp_path / "requirements.md").write_text("# R\n\nnone\n")
    async with screen(stopped(tmp_path, why)) as pilot:
        await press(pilot, "S")
        assert "Nothing is held any more" in said(pilot) and not (tmp_path / ALLOWED).exists()
        assert [one["command"] for one in commands(tmp_path)] == ["retry"]


async def test_what_an_agent_wrote_is_known_by_what_the_engine_said_when_it_refused_the_work(tmp_path: Path) -> None:
    (one,) = find(KEY, "src/shop.py")
    view = stopped(tmp_path, "failed three times")
    step = view.step("requirements")
    assert step is not None
    step = step._replace(evidence=(f"wrote what looks like a secret in {one}. The app is to read it",))
    view = view._replace(phases=(*view.phases[:3], view.phases[3]._replace(steps=(step,)), *view.phases[4:]))
    log = tmp_path / ".orchestrator" / "engine.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"{one}: if it is no secret: meta allow-secret {one.sha256}\n")
    async with screen(view) as pilot:
        await press(pilot, "S")
        assert "src/shop.py:1: GitHub Token" in text_of(pilot)
        await press_when_calm(pilot, "y")
        assert one.sha256 in (tmp_path / ALLOWED).read_text()


async def test_work_that_is_done_again_after_a_refusal_needs_nobody(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    step = next(one for one in view.steps if one.status == "running")
    again = step._replace(evidence=("wrote what looks like a secret in src/shop.py:1: GitHub Token ghp…",))
    phases = tuple(
        one._replace(steps=tuple(again if each is step else each for each in one.steps)) for one in view.phases
    )
    async with screen(view._replace(phases=phases)) as pilot:
        assert "held as a secret" not in text_of(pilot)


async def test_a_comment_that_is_held_stays_named_until_it_is_allowed(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "r")
        pilot.app.screen.query_one("TextArea").text = f"The shop knows us by {KEY}."  # type: ignore[attr-defined]
        await press(pilot, "tab", "enter")
        app = pilot.app
        assert isinstance(app, MetaApp)
        assert "A text is held as a secret" in text_of(pilot) and KEY not in text_of(pilot)
        await press(pilot, "S")
        await press_when_calm(pilot, "y")
        assert hashlib.sha256(KEY.encode()).hexdigest() in (tmp_path / ALLOWED).read_text()
        assert "held as a secret" not in text_of(pilot)


async def test_what_is_allowed_is_no_trouble_any_more_before_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp)
        app.refused = refusal(tmp_path, "requirements.md", f"# R\n\n{KEY}\n")
        app.draw_trouble()
        await press(pilot, "S")
        assert isinstance(app.screen, Consent)
        monkeypatch.setattr(app, "look", lambda: None)
        await press_when_calm(pilot, "y")
        assert "held as a secret" not in text_of(pilot)


# -- undo


async def test_u_shows_what_would_be_taken_back_and_a_yes_counts_only_after_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Unit] = []
    monkeypatch.setattr(undoing, "preview", lambda folder, redo: UNIT if not redo else replace(UNIT, redo=True))
    monkeypatch.setattr(undoing, "undo", lambda folder, unit: (done.append(unit), "c0ffee0123")[1])
    async with screen(views.finished(tmp_path)) as pilot:
        await press(pilot, "C", "u")
        text = text_of(pilot)
        for words in (
            "Undo the change of 2026-11-02 10:04?",
            "store, query",
            "R-004, R-012",
            "query: [tests]",
            "src/query.py  +12 -3",
            "docs/logo.png  no text",
            "src/store.py: they stay",
            "Your edits go with it, made on these very lines: src/report.py",
            "apps/shop/",
        ):
            assert words in text
        await press(pilot, "y")
        assert done == [], "a key that was meant for the table does not answer"
        await press_when_calm(pilot, "y")
        assert done == [UNIT] and "is undone, by commit c0ffee01" in said(pilot)
        await press(pilot, "ctrl+r")
        assert "Bring back what the change of 2026-11-02 10:04 took away?" in text_of(pilot)


async def test_the_palette_offers_undo_on_every_screen_and_what_has_a_key_there_once(tmp_path: Path) -> None:
    async with screen(views.finished(tmp_path)) as pilot:
        titles = [one.title for one in everywhere(pilot.app, pilot.app.screen)]
        assert titles == ["Undo", "Redo"]
        await press(pilot, "W")
        assert [one.title for one in everywhere(pilot.app, pilot.app.screen)][:2] == ["Undo", "Redo"]
        await press(pilot, "escape", "C")
        every = [one.title for one in pilot.app.get_system_commands(pilot.app.screen)]
        assert every.count("Undo") == 1 and every.count("Redo") == 1


def test_in_a_workspace_where_nothing_was_done_nothing_can_be_undone(tmp_path: Path) -> None:
    root = empty_kitchen(tmp_path / "app").root
    assert undoing.preview(root) is None and undoing.preview(root, redo=True) is None


def test_why_nothing_can_be_undone_is_told_in_the_words_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotUndone, match="no workspace"):
        undoing.preview(tmp_path)


def test_long_lists_are_cut_and_counted() -> None:
    many = replace(UNIT, files={f"src/{n}.py": (n, 0) for n in range(20)}, commits=(("1a2b", "x"),) * 9)
    text = undo_words.consequence(many)
    assert "and 8 files more" in text and "and 4 commits more" in text
