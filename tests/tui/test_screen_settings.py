"""Settings: what the file may say, what holds at once, other keys; and when a person is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import AppBlur, AppFocus

from engine.cli import cli
from tests.tui import fixture_views as views
from tests.tui.journeys import Reader, make_app, press, said, screen, settle, text_of
from tui.keys import named_bindings, unknown_ids
from tui.person.attention import Attendant, Need, needs, news, sequence
from tui.person.settings import Read, Settings, load, save, settings_file
from tui.person.toml_edit import CannotChange
from tui.read_model import EngineView, WaitingView, WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.supervisor import Supervisor

# The file


def test_without_a_file_everything_has_its_default(own_folders: Path) -> None:
    assert load() == Read()
    assert settings_file() == own_folders / "config" / "meta-orchestrator" / "tui.toml"


def test_what_the_file_says_holds(tmp_path: Path) -> None:
    file = tmp_path / "tui.toml"
    file.write_text(
        'theme = "nord"\nattention = "title"\neditor = "built in"\ndiffs = "side by side"\n'
        'keymap = "k.toml"\n[run]\njobs = 2\nmax_cost = 3\n'
    )
    (tmp_path / "k.toml").write_text('decide = "d, enter"\ntraceability.prove = "ctrl+r"\n')
    read = load(file)
    assert (
        read.settings == Settings("nord", "title", "built in", "side by side", "k.toml", 2, None, 3.0)
        and not read.problems
    )
    assert read.keys == {"decide": "d,enter", "traceability.prove": "ctrl+r"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('them = "nord"', "unknown key `them`; did you mean `theme`?"),
        ("[run]\njbs = 3", "unknown key `run.jbs`; did you mean `run.jobs`?"),
        ('attention = "shout"', "attention: one of bell, desktop, title, off is expected"),
        ('diffs = "both"', "diffs: one of unified, side by side is expected"),
        ('editor = "vi"', "editor: one of yours, built in is expected"),
        ("[run]\njobs = 0", "run.jobs: a whole number from 1 to 64 is expected"),
        ("[run]\nmax_tokens = true", "run.max_tokens: a whole number above 0 is expected"),
        ("[run]\nmax_cost = -1", "run.max_cost: a number above 0 is expected"),
        ("theme = ", "this is not TOML"),
        ('keymap = "none.toml"', "none.toml: there is no such file"),
        ("theme = 3", "theme: a text in quotes is expected"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing_else(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "tui.toml"
    file.write_text(text + "\n")
    read = load(file)
    assert told in "\n".join(read.problems)
    assert read.settings._replace(keymap="") == Settings()


def test_one_setting_is_written_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "tui.toml"
    save("jobs", 3, file)
    assert file.read_text() == "[run]\njobs = 3\n"
    file.write_text('# mine\ntheme = "nord" # calm\n\n[run]\njobs = 3\n')
    save("theme", 'a "b"', file)
    save("max_cost", 2.5, file)
    save("jobs", None, file)
    assert file.read_text() == '# mine\ntheme = "a \\"b\\"" # calm\n\n[run]\nmax_cost = 2.5\n'
    assert sorted(path.name for path in file.parent.iterdir()) == ["tui.toml"]


def test_a_file_that_is_no_toml_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "tui.toml"
    file.write_text("theme = \n")
    with pytest.raises(CannotChange, match="Mend it first"):
        save("theme", "nord", file)
    assert file.read_text() == "theme = \n"


def test_an_engine_is_told_with_options_that_it_has() -> None:
    arguments = Settings(jobs=2, max_tokens=1_000_000, max_cost=2.5).engine_arguments()
    assert arguments == ["--jobs", "2", "--max-tokens", "1000000", "--max-cost", "2.5"]
    command = cli.get_command(None, "run")  # type: ignore[arg-type]
    assert command and {name for one in command.params for name in one.opts} >= set(arguments[::2])
    assert Settings().engine_arguments() == []


# On the screen


async def test_a_theme_holds_at_once_and_is_written(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "comma", "right")
        assert pilot.app.theme == "meta-light"
        assert load().settings.theme == "meta-light"
        await press(pilot, "left")
        assert pilot.app.theme == "meta-dark"


async def test_themes_are_seen_while_choosing_and_esc_takes_the_old_one_back(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "comma", "enter", "j", "j")
        assert pilot.app.theme == "ansi-dark"
        await press(pilot, "escape")
        assert pilot.app.theme == "meta-dark" and not settings_file().exists()
        await press(pilot, "enter", "j", "enter")
        assert pilot.app.theme == "meta-light" and load().settings.theme == "meta-light"


async def test_a_number_is_checked_before_it_is_written(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "comma", *"jjjjj", "enter", *"99", "enter")
        assert "a whole number from 1 to 64" in said(pilot)
        await press(pilot, "enter", "x", "enter")
        assert "is no number" in said(pilot)
        await press(pilot, "enter", "3", "enter")
        assert load().settings.jobs == 3
        await press(pilot, "backspace")
        assert load().settings.jobs is None


async def test_mistakes_of_the_file_are_told_when_the_app_starts(tmp_path: Path) -> None:
    read = Read(Settings(theme="nowhere"), {"dicide": "d"}, ("tui.toml: unknown key `x`",))
    async with screen(views.running(tmp_path), preferences=read) as pilot:
        text = said(pilot)
        assert "unknown key `x`" in text and "there is no theme `nowhere`" in text
        assert "keymap: there is no `dicide`; did you mean `decide`?" in text
        assert pilot.app.theme == "meta-dark"


async def test_an_action_gets_other_keys_also_in_footer_and_help(tmp_path: Path) -> None:
    read = Read(keys={"decide": "d", "traceability": "f5"})
    async with screen(views.waiting(tmp_path), size=(120, 80), preferences=read) as pilot:
        assert " d Decide" in text_of(pilot).splitlines()[-1]
        await press(pilot, "a")
        assert not isinstance(pilot.app.screen, ApprovalScreen)
        await press(pilot, "question_mark")
        assert "Open what has waited longest" in text_of(pilot) and "f5" in text_of(pilot)
        await press(pilot, "escape", "d")
        assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_limits_hold_for_the_next_engine(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, [], command=["true"])
    view = views.running(tmp_path)._replace(engine=EngineView(True, 1))
    async with screen(view, supervisor=supervisor, preferences=Read(Settings(jobs=2))) as pilot:
        assert list(supervisor.preferred) == ["--jobs", "2"]
        await press(pilot, "comma", *"jjjjjj", "enter", *"5000", "enter")
        assert list(supervisor.preferred) == ["--max-tokens", "5000"]


def test_every_id_is_known_and_named_once() -> None:
    ids = named_bindings()
    assert {"decide", "pause", "settings", "traceability", "traceability.prove", "search"} <= set(ids)
    assert unknown_ids({"pause": "P"}) == []


# Attention


def asking(*gates: str) -> WorkspaceView:
    waiting = tuple(WaitingView(gate, 1, "approval", gate) for gate in gates)
    return WorkspaceView(Path("/srv/app"), app="reading log", waiting=waiting)


def test_a_person_is_needed_for_questions_and_for_what_failed(tmp_path: Path) -> None:
    assert [need.text for need in needs(views.waiting(tmp_path))] == ["Requirements wants your approval"]
    assert [need.text for need in needs(views.asking(tmp_path))] == ["Essence has questions"]
    assert [need.text for need in needs(views.failed(tmp_path))] == ["store · code failed and needs you"]
    assert needs(views.running(tmp_path)) == ()


def test_each_need_is_told_once_and_not_to_who_has_seen_it() -> None:
    first, second = Need("a 1", "a"), Need("b 1", "b")
    new, told = news([first], frozenset(), in_front=False)
    assert new == (first,)
    new, told = news([first, second], told, in_front=False)
    assert new == (second,)
    assert news([first, second], told, in_front=False)[0] == ()
    assert news([first], frozenset(), in_front=True) == ((), frozenset({"a 1"}))
    gone = news([], told, in_front=False)[1]
    assert news([first], gone, in_front=False)[0] == (first,)


def test_what_is_sent_depends_on_the_way_and_the_terminal() -> None:
    new = (Need("a", "essence wants\x1b]0;evil\x07 your; approval"), Need("b", "b"))
    assert sequence("off", new, "app", {}) == "" and sequence("bell", (), "app", {}) == ""
    assert sequence("bell", new, "app", {}) == "\a"
    assert sequence("title", new, "app", {}) == "\x1b]2;◆ essence wants your, approval and 1 more\x07"
    assert sequence("desktop", new[1:], "my; app", {"TERM": "xterm-kitty"}) == "\x1b]9;my, app: b\x07"
    assert sequence("desktop", new[1:], "app", {"TERM": "foot"}) == "\x1b]777;notify;app;b\x07"
    assert sequence("desktop", new[1:], "app", {"TMUX": "1"}) == "\x1bPtmux;\x1b\x1b]9;app: b\x07\x1b\\"


def test_the_title_is_taken_back_when_it_was_seen() -> None:
    sent: list[str] = []
    attendant = Attendant("title", sent.append, {})
    attendant.look(asking("essence"), False)
    attendant.look(asking("essence"), False)
    attendant.look(asking("essence"), True)
    attendant.look(asking("essence"), True)
    assert sent == ["\x1b]2;◆ essence wants your approval\x07", "\x1b]2;meta · reading log\x07"]


async def test_the_bell_rings_only_while_the_app_is_not_in_front(tmp_path: Path) -> None:
    app = make_app(views.running(tmp_path))
    sent: list[str] = []
    app.attendant.write = sent.append
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert isinstance(app.reader, Reader)

        async def becomes(view: WorkspaceView) -> None:
            assert isinstance(app.reader, Reader)
            app.reader.view = view
            app.look()
            await settle(pilot)

        await becomes(views.asking(tmp_path))
        assert sent == []
        app.post_message(AppBlur())
        await becomes(views.asking(tmp_path))
        assert sent == []
        await becomes(views.waiting(tmp_path))
        assert sent == ["\a"]
        await becomes(views.waiting(tmp_path)._replace(last_event="something else"))
        assert sent == ["\a"]
        app.post_message(AppFocus())
        await becomes(views.asking(tmp_path))
        assert sent == ["\a"]
