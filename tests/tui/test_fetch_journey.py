"""Packages are fetched with a key, by an engine in a process of its own that waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.gates.packages import home
from tests.changing import planned
from tests.cookbook import INTENT, MENU
from tests.functional.test_fetch import PACKAGES, SMELL
from tests.scripted import Kitchen
from tests.tui.journeys import Moment, press, settle, text_of
from tests.tui.test_screen_consent import look_until
from tests.upgrades import REQUIREMENTS, TOOLCHAIN, document, finished
from tui.app import MetaApp
from tui.supervisor import Supervisor


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    """A finished book whose menu is checked with packages from now on; the person wants the stew hot."""
    monkeypatch.setenv("META_PACKAGES", str(tmp_path / "kept"))
    made = finished(tmp_path)
    text = TOOLCHAIN.replace("\n## Exit codes", SMELL + "\n## Exit codes") + PACKAGES
    (made.root / ".meta" / "toolchains" / "python.md").write_text(text)
    document(made, 'a section "Courses"\n', 'a section "Courses"\n- `smell` of the toolchain passes for the app\n')
    (made.root / "app_intent.md").write_text(INTENT + "The stew is to be hot.\n")
    menu = {"menu.md": MENU + "\nThe stew is hot.\n", "lego_plan.json": planned(stew="REFACTOR")}
    made.agents.will("menu-gen", {**menu, "requirements.md": REQUIREMENTS})
    yield made
    made.end()


async def test_a_plan_that_waits_for_packages_goes_on_when_the_person_agrees_at_the_table(kitchen: Kitchen) -> None:
    supervisor = Supervisor(kitchen.root, ["--runtime", "scripted", "--adapter-path", str(kitchen.agents.home)])
    app = MetaApp(kitchen.root, supervisor=supervisor, clock=Moment(), live=False)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look_until(app, lambda: app.view is not None and app.view.news)
        await settle(pilot)
        await press(pilot, "C", "p")
        await look_until(app, lambda: app.engine.fetch and app.engine.trouble)
        await settle(pilot)
        text = " ".join(text_of(pilot).split())
        assert "The work waits: the checks need packages" in text and "D agrees, for this run" in text
        assert "`mkdir made` fetches what taste.py lists" in text and not home().exists()
        assert app.screen.query_one("#browse-trouble").has_class("-waits"), "a question is no error"
        await press(pilot, "D")
        await look_until(app, lambda: app.view is not None and app.view.change == "planning" and app.view.waiting)
        await look_until(app, lambda: app.engine.phase == "ended" and "planned: A carries it out" in text_of(pilot))
        assert [path.name for path in home().glob("*/made")] == ["made"]
        assert "D agrees" not in text_of(pilot)
