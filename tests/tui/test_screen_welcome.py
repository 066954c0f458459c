"""Welcome: what was opened last, and the guide beside a new intent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from engine.lifecycle.create import create
from engine.resources import document
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tests.tui.journeys import make_app, press, said, screen, settle, text_of
from tui.intent_guide import assess, parse_template, section_at, skeleton
from tui.launch import Launch
from tui.lines.format import ago
from tui.person import recent
from tui.person.recent import Recent
from tui.screens.confirm import Confirm
from tui.screens.intent import IntentScreen
from tui.screens.settings import SettingsScreen
from tui.screens.welcome import WelcomeScreen
from tui.unbegun import is_to_be_written, is_unbegun, unfit

SECTIONS = parse_template(document("templates/app_intent.template.md").read_text(encoding="utf-8"))
INTENT = "# Log\n\n## What it is for\n\nBooks I read.\n\n## What it must do\n\nAdd one.\n"


def workspace(folder: Path) -> Path:
    """A folder that looks like a workspace."""
    (folder / ".orchestrator").mkdir(parents=True)
    return folder


# What was opened last


def test_the_last_opened_comes_first_and_what_is_gone_is_left_out(tmp_path: Path) -> None:
    file, one, two = tmp_path / "r" / "recent.json", workspace(tmp_path / "one"), workspace(tmp_path / "two")
    recent.remember(one, "One", 1.0, file)
    recent.remember(two, "Two", 2.0, file)
    recent.remember(one, "One again", 3.0, file)
    assert recent.load(file) == [Recent(one, "One again", 3.0), Recent(two, "Two", 2.0)]
    (two / ".orchestrator").rmdir()
    assert [each.folder for each in recent.load(file)] == [one]
    recent.forget(one, file)
    assert recent.load(file) == []


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "recent.json"
    for number in range(recent.MOST + 3):
        recent.remember(workspace(tmp_path / str(number)), str(number), float(number), file)
    assert len(recent.load(file)) == recent.MOST and recent.load(file)[0].app == str(recent.MOST + 2)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"recent": [{"folder": 7}]}', "\udcff"])
def test_an_unreadable_file_is_as_good_as_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "recent.json"
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert recent.load(file) == []


def test_how_long_ago_is_told_in_one_unit() -> None:
    assert [ago(seconds) for seconds in (-5, 59, 61, 7200, 86_400, 200_000)] == [
        "just now",
        "just now",
        "1 min ago",
        "2 h ago",
        "1 day ago",
        "2 days ago",
    ]


async def test_enter_opens_what_was_opened_last(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "log")
    recent.remember(folder, "A [b]log[/b]", NOW - 7200)
    async with screen(None) as pilot:
        assert "A [b]log[/b]" in text_of(pilot) and "2 h ago" in text_of(pilot)
        await press(pilot, "enter")
        assert pilot.app.return_value == Launch("open", folder)


async def test_x_forgets_a_workspace_and_leaves_its_folder(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "log")
    recent.remember(folder, "Log", NOW)
    async with screen(None) as pilot:
        await press(pilot, "x")
        assert "recent" not in text_of(pilot) and folder.is_dir() and recent.load() == []
        await press(pilot, "x")
        assert "Nothing to forget" in said(pilot)


async def test_a_workspace_that_a_person_opens_is_remembered(tmp_path: Path) -> None:
    app = make_app(views.running(workspace(tmp_path / "app")))
    app.remembers = True
    async with app.run_test() as pilot:
        await settle(pilot)
        assert recent.load() == [Recent(tmp_path / "app", "reading_log", NOW)]


async def test_the_settings_open_from_here_too() -> None:
    async with screen(None) as pilot:
        await press(pilot, "comma")
        assert isinstance(pilot.app.screen, SettingsScreen)
        await press(pilot, "right")
        assert pilot.app.theme == "meta-light"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen)


# Where a new app may begin


def test_a_new_app_begins_in_a_new_or_empty_folder_or_beside_an_intent(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "app_intent.md").write_text("x")
    assert [unfit(tmp_path / name) for name in ("new/deep", "empty", "begun")] == ["", "", ""]
    (tmp_path / "file").write_text("")
    (tmp_path / "begun" / "notes.txt").write_text("")
    assert "is a file" in unfit(tmp_path / "file" / "x")
    assert "is not empty (notes.txt)" in unfit(tmp_path / "begun")
    assert "`o` opens it" in unfit(workspace(tmp_path / "there"))


# The guide


def test_the_guide_follows_the_template() -> None:
    assert [section.title for section in SECTIONS][:3] == ["", "What it is for", "What it must do"]
    assert SECTIONS[1].hint.startswith("The problem, and who has it.")
    assert all(section.hint and "(" not in section.hint for section in SECTIONS[1:])


def test_the_headings_alone_have_no_words_and_miss_what_is_needed() -> None:
    found = assess(skeleton(SECTIONS), SECTIONS)
    assert found.words == 0 and found.name == ""
    assert found.missing == ("the name of the app, in the first line", "“What it is for”", "“What it must do”")
    template = document("templates/app_intent.template.md").read_text(encoding="utf-8")
    assert assess(template, SECTIONS).words == 0


def test_words_are_counted_under_each_heading() -> None:
    found = assess(INTENT, SECTIONS)
    assert (found.name, found.words) == ("Log", 6)
    assert [(one.section.title, one.words, one.there) for one in found.sections][:3] == [
        ("What it is for", 3, True),
        ("What it must do", 2, True),
        ("What it keeps", 0, False),
    ]
    assert found.missing == ("some detail: 6 words leave much to guess",)
    assert assess(INTENT + "word " * 60, SECTIONS).missing == ()


def test_what_a_person_puts_in_brackets_counts() -> None:
    assert assess("# A\n\n## What it is for\n\nFor me (and my sister).\n", SECTIONS).words == 6


def test_the_name_is_counted_and_is_not_enough_to_begin() -> None:
    found = assess("# A tool\n\n## What it is for\n", SECTIONS)
    assert found.words == 2 and not found.says_what
    assert assess("# A tool\n\n## What it is for\n\nWork.\n", SECTIONS).says_what


def test_a_heading_in_a_code_block_is_none() -> None:
    text = "# A\n\n## What it is for\n\n```\n# not a name\n```\n"
    assert assess(text, SECTIONS).name == "A"


def test_the_heading_above_the_cursor_is_found() -> None:
    assert [section_at(INTENT, line) for line in (0, 1, 2, 4, 8)] == [
        "",
        "",
        "What it is for",
        "What it is for",
        "What it must do",
    ]


# The editor


async def open_new(pilot: object, folder: Path) -> TextArea:
    """Goes to the intent of a new app."""
    from textual.pilot import Pilot

    assert isinstance(pilot, Pilot)
    await press(pilot, "n")
    pilot.app.screen.query_one(Input).value = str(folder)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, IntentScreen)
    return pilot.app.screen.query_one(TextArea)


async def test_what_is_typed_is_counted_at_once(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await open_new(pilot, tmp_path / "app")
        assert "0 words" in text_of(pilot) and "needed" in text_of(pilot)
        await press(pilot, *"Log", "ctrl+n", *"books")
        text = text_of(pilot)
        assert "2 words ·" in text and "✓ What it is for" in text and "The problem, and who has it." in text


async def test_what_is_missing_is_asked_about_and_can_be_left_out(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await press(pilot, "ctrl+r")
        assert isinstance(pilot.app.screen, Confirm) and "6 words leave much to guess" in text_of(pilot)
        await press(pilot, "n", "ctrl+r", "y")
        assert pilot.app.return_value == Launch("new", tmp_path / "app")
    assert create(tmp_path / "app", None, "python")


async def test_a_workspace_in_whose_intent_nothing_is_written_begins_with_writing_it(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    assert not create(folder, None, "python") and is_unbegun(folder)
    app = make_app(None)
    app.writes = folder
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        area = app.screen.query_one(TextArea)
        assert isinstance(app.screen, IntentScreen) and area.text == skeleton(SECTIONS)
        area.load_text(INTENT)
        await press(pilot, "ctrl+r", "y")
        assert app.return_value == Launch("new", folder)
    assert (folder / "app_intent.md").read_text() == INTENT
    assert not is_unbegun(folder)


def test_a_workspace_that_is_at_work_is_shown_whatever_its_intent_says(tmp_path: Path) -> None:
    create(tmp_path / "app", None, "python")
    (tmp_path / "app" / ".orchestrator" / "sessions" / "0001-essence").mkdir(parents=True)
    assert not is_unbegun(tmp_path / "app")
    (tmp_path / "app" / "app_intent.md").unlink()
    assert not is_unbegun(tmp_path / "app")


async def test_esc_keeps_the_text_and_coming_back_goes_on(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen) and "Kept in" in said(pilot)
        assert (await open_new(pilot, tmp_path / "app")).text == INTENT


async def test_escape_never_leaves_the_app(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen) and not pilot.app._exit
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await pilot.press("escape", "escape", "escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, WelcomeScreen) and not pilot.app._exit
        await press(pilot, "q")
        assert pilot.app._exit


async def test_an_intent_that_was_kept_is_among_the_recent_ones_and_goes_on_from_there(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await press(pilot, "escape")
        row = next(line for line in text_of(pilot).splitlines() if "▸ Log" in line)
        assert "intent, not begun · just now" in row
        await press(pilot, "g", "enter")
        assert isinstance(pilot.app.screen, IntentScreen) and pilot.app.screen.text == INTENT
    async with screen(None) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, IntentScreen) and pilot.app.screen.text == INTENT
    (tmp_path / "app" / "app_intent.md").unlink()
    assert recent.load() == []


async def test_what_was_typed_and_never_saved_is_among_the_recent_ones_as_well(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await open_new(pilot, tmp_path / "app")
        await press(pilot, *"Log")
        pilot.app.exit()
    assert not (tmp_path / "app").exists()
    assert [(one.folder, one.begun) for one in recent.load()] == [(tmp_path / "app", False)]
    async with screen(None) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, IntentScreen) and "Log" in pilot.app.screen.text


async def test_a_folder_with_an_intent_opens_on_it_and_not_as_a_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    assert not is_to_be_written(folder)
    (folder / "app_intent.md").write_text(INTENT)
    assert is_to_be_written(folder)
    async with screen(None) as pilot:
        await press(pilot, "o")
        pilot.app.screen.query_one(Input).value = str(folder)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, IntentScreen) and pilot.app.screen.text == INTENT
        assert [one.app for one in recent.load()] == ["Log"]
    (folder / "notes.txt").write_text("")
    assert not is_to_be_written(folder), "no app can begin there"
    workspace(tmp_path / "there")
    (tmp_path / "there" / "app_intent.md").write_text(INTENT)
    assert not is_to_be_written(tmp_path / "there")


async def test_leaving_the_app_keeps_the_text_first(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await press(pilot, "ctrl+q")
        assert (tmp_path / "app" / "app_intent.md").read_text() == INTENT
        assert isinstance(pilot.app.screen, WelcomeScreen) and not pilot.app._exit
        await press(pilot, "ctrl+q")
        assert pilot.app._exit


async def test_an_intent_that_is_no_text_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "app" / "app_intent.md"
    file.parent.mkdir()
    file.write_bytes("# Bücher".encode("latin-1"))
    async with screen(None) as pilot:
        await press(pilot, "n")
        pilot.app.screen.query_one(Input).value = str(file.parent)
        await press(pilot, "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, WelcomeScreen)
        assert "no UTF-8 text (byte 3)" in said(pilot)
    assert file.read_bytes() == "# Bücher".encode("latin-1")


async def test_a_text_that_cannot_be_written_stays_on_the_screen(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        (tmp_path / "app").write_text("in the way")
        area.load_text(INTENT)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, IntentScreen) and area.text == INTENT
        assert "Your text is still here." in said(pilot)


async def test_the_persons_own_editor_can_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edit(app: object, path: Path, left: Callable[[bool], None]) -> None:
        path.write_text(path.read_text() + "more\n")
        left(True)

    monkeypatch.setattr("tui.screens.intent.edit_file", edit)
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT)
        await press(pilot, "ctrl+o")
        assert area.text == INTENT + "more\n"


async def test_a_secret_is_noticed(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        area = await open_new(pilot, tmp_path / "app")
        area.load_text(INTENT + "It stores passwords.\n")
        await press(pilot)
        await pilot.pause()
        assert "sensitive app" in " ".join(text_of(pilot).split())


async def test_a_tiny_terminal_does_no_harm(tmp_path: Path) -> None:
    recent.remember(workspace(tmp_path / "log"), "Log", NOW)
    async with screen(None, size=(20, 5)) as pilot:
        await press(pilot, "j", "k", "G")
        await open_new(pilot, tmp_path / "app")
        await press(pilot, "a", "ctrl+n", "escape")
        await pilot.resize_terminal(120, 40)
        await press(pilot, "g")
        assert "Try the example" in text_of(pilot)
