"""Which arguments of `meta` plainly open the screen; everything else is left to the commands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import cli
from engine.commands import building
from engine.commands.table import COMMANDS, folder_argument
from engine.entry import COMPLETION, main, opened
from engine.errors import EXIT_INTERRUPTED, MetaError
from engine.opening import show


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("app", "run", "--help"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(COMPLETION, raising=False)


def test_a_folder_or_nothing_opens_the_screen() -> None:
    assert opened([]) == Path()
    assert opened(["app"]) == Path("app")


@pytest.mark.parametrize("arguments", [["file"], ["missing"], ["app", "--yes"], ["--help"], ["status", "app"]])
def test_what_is_no_plain_folder_is_left_to_the_commands(arguments: list[str]) -> None:
    assert opened(arguments) is None


def test_a_command_wins_over_a_folder_of_its_name() -> None:
    assert opened(["run"]) is None


@pytest.mark.parametrize("name", ["run", "--help", "app"])
def test_a_folder_as_it_is_named_to_a_person_is_opened_whatever_its_name(name: str) -> None:
    (said,) = shlex.split(folder_argument(Path(name)))
    assert opened([said]) == Path(name)


def test_the_way_to_a_new_app_with_the_name_of_a_command_opens_it(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["new", "stop"])
    assert told.exit_code == 0 and "then `meta ./stop`." in told.output


def test_a_shell_that_asks_for_completions_is_answered_by_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMPLETION, "bash_source")
    assert opened([]) is None
    assert opened(["app"]) is None


def test_the_table_names_every_command_there_is() -> None:
    assert set(cli.commands) | set(cli.list_commands(None)) == COMMANDS  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (MetaError("the disk is full"), MetaError.exit_code, "meta: the disk is full\n"),
        (KeyboardInterrupt(), EXIT_INTERRUPTED, "interrupted\n"),
    ],
)
def test_an_error_is_told_without_a_traceback(
    raised: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def show(*_: object) -> None:
        raise raised

    monkeypatch.setattr("sys.argv", ["meta", "app"])
    monkeypatch.setattr("engine.opening.show", show)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == code
    assert capsys.readouterr().err == words


@pytest.mark.parametrize(
    ("words", "speed"), [([], "30"), (["--runtime", "replay", "--speed", "5"], "5"), (["--runtime", "codex"], "30")]
)
def test_a_recording_plays_on_the_screen_so_that_it_can_be_followed_unless_something_else_is_said(
    words: list[str], speed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Sequence[str]] = []
    monkeypatch.setattr(
        "tui.app.run_app", lambda folder, engine_arguments, watch_only: started.append(engine_arguments)
    )
    show(tmp_path, words)
    with building.run.make_context("run", [str(tmp_path), *started[0]]) as context:
        assert context.params["speed"] == speed
