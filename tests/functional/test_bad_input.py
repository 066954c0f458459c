"""Bad input gets one clear message and the documented exit code, and not one file is changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import EXIT_BROKEN_STATE, EXIT_DONE, EXIT_ERROR, EXIT_RUNTIME, EXIT_USAGE
from tests.cookbook import DOCUMENT, INTENT
from tests.git_helpers import snapshot
from tests.scripted import Kitchen, Said, command, kitchen_with_cooks, meta

INTENTS = {
    "empty": (b"", "it is empty. Write in it what the app is to do, in your own words."),
    "blank": (b" \n\n", "it is empty. Write in it what the app is to do, in your own words."),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", "this is a binary file. Write the intent as plain text or Markdown."),
    "latin-1": (b"R\xe4ume", "not UTF-8 text (invalid continuation byte at byte 1). Save it as UTF-8."),
    "1 MB": (b"word " * 200_000, "1,000,000 bytes are too many for an intent (at most 200,000)."),
    "missing": (None, "there is no intent. Write in it what the app is to do, in your own words."),
    "a folder": (Path(), "it cannot be read (Is a directory)."),
}


@dataclass(frozen=True)
class Watched:
    """Runs commands, and sees to it that they change nothing below a folder."""

    folder: Path

    def refused(self, code: int, run: Callable[[], Said]) -> str:
        """The message of a command that must be refused with this code, and must change nothing."""
        before = snapshot(self.folder)
        said = run()
        assert said.code == code, said
        assert "Traceback" not in said.err
        assert said.err.startswith("meta: ") or said.err.startswith("Usage: "), said
        assert snapshot(self.folder) == before
        return said.err


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def put(path: Path, content: bytes | Path | None) -> None:
    """Bytes make a file, a path a folder, None nothing."""
    path.unlink(missing_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.mkdir()


# The intent


@pytest.mark.parametrize(("content", "says"), INTENTS.values(), ids=INTENTS)
def test_new_refuses_an_intent_that_nobody_could_work_with(
    tmp_path: Path, watched: Watched, content: bytes | Path | None, says: str
) -> None:
    path = tmp_path / "app_intent.md"
    put(path, content)
    told = watched.refused(EXIT_ERROR, lambda: meta("new", tmp_path / "app", "--intent", path))
    assert told.startswith(f"meta: {path}: {says}")
    assert told.count("\n") == 1


@pytest.mark.parametrize(("content", "says"), INTENTS.values(), ids=INTENTS)
def test_run_refuses_an_intent_that_nobody_could_work_with(
    kitchen: Kitchen, watched: Watched, content: bytes | Path | None, says: str
) -> None:
    path = kitchen.root / "app_intent.md"
    put(path, content)
    for run in (kitchen.run, lambda: meta("run", kitchen.root)):
        assert watched.refused(EXIT_ERROR, run).startswith(f"meta: {path}: {says}")


def test_an_intent_that_no_recording_was_made_from_is_said_to_be_so(kitchen: Kitchen, watched: Watched) -> None:
    told = watched.refused(EXIT_RUNTIME, lambda: meta("run", kitchen.root))
    assert "no recording fits this intent. `--runtime handoff`" in told


# The state


def edited(kitchen: Kitchen, name: str, old: str, new: str) -> None:
    path = kitchen.root / ".orchestrator" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def in_half(kitchen: Kitchen, name: str) -> None:
    path = kitchen.root / ".orchestrator" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


BROKEN: dict[str, tuple[Callable[[Kitchen], None], str]] = {
    "a wrong field": (
        lambda kitchen: edited(kitchen, "orchestrator_state.json", '"budget"', '"bugdet"'),
        "orchestrator_state.json: bugdet: is not a field of this file.",
    ),
    "a wrong value": (
        lambda kitchen: edited(kitchen, "orchestrator_state.json", '"lane": "full"', '"lane": "fast"'),
        "orchestrator_state.json: run.lane: expected 'full' or 'tiny' (it is 'fast').",
    ),
    "truncated": (
        lambda kitchen: in_half(kitchen, "orchestrator_state.json"),
        "orchestrator_state.json: is not valid JSON",
    ),
    "a broken line in the journal": (
        lambda kitchen: edited(kitchen, "journal.jsonl", '"event"', '"evnt'),
        "journal.jsonl: ",
    ),
    "a journal that is gone": (
        lambda kitchen: (kitchen.root / ".orchestrator" / "journal.jsonl").unlink(),
        "the journal was lost or cut",
    ),
}


@pytest.mark.parametrize(("breaks", "says"), BROKEN.values(), ids=BROKEN)
def test_a_state_that_cannot_be_trusted_stops_every_command_that_needs_it(
    kitchen: Kitchen, watched: Watched, breaks: Callable[[Kitchen], None], says: str
) -> None:
    kitchen.run()
    breaks(kitchen)
    commands: list[Callable[[], Said]] = [
        kitchen.run,
        lambda: meta("run", kitchen.root),
        lambda: meta("status", kitchen.root),
        lambda: meta("approve", "menu", kitchen.root),
        lambda: meta("retry", "menu", kitchen.root),
        lambda: meta("prove", kitchen.root),
    ]
    for run in commands:
        told = watched.refused(EXIT_BROKEN_STATE, run)
        assert says in told
        assert "meta doctor --rebuild" in told
        assert str(kitchen.root) in told


# The document


def test_a_document_with_words_that_nobody_knows_is_refused_with_every_mistake_and_its_place(
    kitchen: Kitchen, watched: Watched
) -> None:
    path = kitchen.root / ".meta" / "AGENTS.md"
    text = DOCUMENT.read_text()
    text = text.replace('- `menu.md` has a section "Courses"', "- `menu.md` tastes good")
    text = text.replace('- `book.md` has a section "Preface"', "- `book.md` exits")
    path.write_text(text)
    lines = text.splitlines()
    told = watched.refused(EXIT_ERROR, kitchen.run)
    first, second = (lines.index(line) + 1 for line in ("- `menu.md` tastes good", "- `book.md` exits"))
    assert f"{path}:{first}:3: unknown criterion" in told
    assert f"{path}:{second}:3: unknown criterion" in told
    assert "the nearest known form is: `<path>` exists" in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "1:1: the document is empty"),
        (b"\xff\xfe", "1:1: the document is not UTF-8 text"),
        (b"# Only a title\n", "1:1: the document has no phase"),
    ],
    ids=["empty", "binary", "no phase"],
)
def test_a_document_that_is_none_is_refused(kitchen: Kitchen, watched: Watched, content: bytes, says: str) -> None:
    (kitchen.root / ".meta" / "AGENTS.md").write_bytes(content)
    assert says in watched.refused(EXIT_ERROR, kitchen.run)


def test_a_broken_plan_is_refused_by_name(kitchen: Kitchen, watched: Watched) -> None:
    kitchen.approved()
    (kitchen.root / "lego_plan.json").write_text('{"app": "x"}')
    for run in (kitchen.run, lambda: meta("status", kitchen.root)):
        assert "lego_plan.json" in watched.refused(EXIT_ERROR, run)


# Names


def test_a_gate_that_is_not_open_is_refused_and_the_open_ones_are_named(kitchen: Kitchen, watched: Watched) -> None:
    kitchen.run()
    for words in (["approve", "dessert"], ["revise", "dessert", "-m", "x"], ["approve", "../menu"]):
        told = watched.refused(EXIT_USAGE, lambda words=words: meta(*words, "--dir", kitchen.root))  # type: ignore[misc]
        assert "nothing is asked there. Waiting now: menu." in told


def test_an_empty_comment_is_refused(kitchen: Kitchen, watched: Watched) -> None:
    kitchen.run()
    told = watched.refused(EXIT_USAGE, lambda: meta("revise", "menu", "-m", " ", "--dir", kitchen.root))
    assert "say what is to change" in told


def test_a_lego_that_nobody_knows_is_refused_and_the_known_ones_are_named(kitchen: Kitchen, watched: Watched) -> None:
    kitchen.run()
    told = watched.refused(EXIT_USAGE, lambda: meta("retry", "dessert", "--dir", kitchen.root))
    assert "dessert: no LEGO and no step of the app has that name. There are: menu." in told


def test_a_runtime_that_nobody_knows_is_refused_before_anything_is_written(kitchen: Kitchen, watched: Watched) -> None:
    told = watched.refused(EXIT_RUNTIME, lambda: meta("run", kitchen.root, "--runtime", "crystal_ball"))
    assert "there is no runtime 'crystal_ball'. Known: acp, " in told
    assert "An adapter is an executable file crystal_ball_adapter.sh in one of: " in told


def test_options_that_make_no_sense_are_refused(kitchen: Kitchen, watched: Watched) -> None:
    for words in (["--speed", "fast"], ["--speed", "-1"], ["--jobs", "0"], ["--until", "12"], ["--unheard-of"]):
        watched.refused(EXIT_USAGE, lambda words=words: kitchen.run(*words))  # type: ignore[misc]
    told = watched.refused(EXIT_ERROR, lambda: kitchen.run("--tape", kitchen.root))
    assert f"{kitchen.root} is not a tape" in told


@pytest.mark.parametrize("words", [["frobnicate"], ["frobnicate", "--now"]])
def test_an_unknown_command_is_said_to_be_none(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told = watched.refused(EXIT_USAGE, lambda: meta(*words))
    assert "frobnicate" in told or "--now" in told
    assert "--help" in told


# Folders


@pytest.mark.parametrize("name", ["run", "status", "approve", "stop", "doctor", "handoff list"])
def test_a_file_and_a_folder_that_is_no_workspace_are_refused(tmp_path: Path, watched: Watched, name: str) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.touch()
    folder.mkdir()
    words = [*name.split(), *(["menu"] if name == "approve" else []), *(["--rebuild"] if name == "doctor" else [])]
    assert "this is a file. Name the folder of a workspace." in watched.refused(EXIT_USAGE, lambda: meta(*words, file))
    told = watched.refused(EXIT_USAGE, lambda: meta(*words, folder))
    assert f"this is no workspace. `meta new {folder}` makes one." in told
    told = watched.refused(EXIT_USAGE, lambda: meta(*words, tmp_path / "nowhere"))
    assert "there is no such folder" in told


def test_new_refuses_a_place_that_is_taken(tmp_path: Path, kitchen: Kitchen, watched: Watched) -> None:
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "thesis.tex").touch()
    file.touch()
    assert "the folder is not empty (thesis.tex)" in watched.refused(EXIT_USAGE, lambda: meta("new", full))
    assert "this is a file. Name a folder." in watched.refused(EXIT_USAGE, lambda: meta("new", file))
    assert "file is a file. Name a folder." in watched.refused(EXIT_USAGE, lambda: meta("new", file / "app"))
    assert "this is a workspace already" in watched.refused(EXIT_USAGE, lambda: meta("new", kitchen.root))
    told = watched.refused(EXIT_ERROR, lambda: meta("new", tmp_path / "app", "--toolchain", "cobol"))
    assert "toolchains/cobol.md" in told


def test_the_screen_is_not_opened_on_a_file(tmp_path: Path, watched: Watched) -> None:
    file = tmp_path / "file"
    file.touch()
    assert f"{file}: " in watched.refused(EXIT_USAGE, lambda: meta(file))


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Makes a folder one that nobody can write to, also for root; skips where that cannot be had."""
    mounted: list[Path] = []

    def bind(folder: Path) -> None:
        if os.geteuid() != 0:
            folder.chmod(0o555)
            mounted.append(folder)
            return
        for words in (["--bind", str(folder), str(folder)], ["-o", "remount,ro,bind", str(folder)]):
            if (
                not shutil.which("mount")
                or subprocess.run(["mount", *words], capture_output=True, check=False).returncode
            ):
                pytest.skip("no folder can be made read-only here")
            mounted.append(folder)

    yield bind
    for folder in mounted[:1]:
        if os.geteuid() == 0:
            subprocess.run(["umount", folder], capture_output=True, check=False)
        else:
            folder.chmod(0o755)


def test_a_folder_that_is_not_writable_is_refused(
    tmp_path: Path, watched: Watched, read_only: Callable[[Path], None]
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    read_only(folder)
    told = watched.refused(EXIT_ERROR, lambda: meta("new", folder / "app"))
    assert "locked is not writable. Choose another place." in told or "could not be made" in told


def test_a_workspace_that_is_not_writable_is_refused(
    kitchen: Kitchen, watched: Watched, read_only: Callable[[Path], None]
) -> None:
    read_only(kitchen.root)
    told = watched.refused(EXIT_ERROR, kitchen.run)
    assert "lock: cannot be written" in told
    assert "Check the folder's rights" in told


def test_a_lock_that_cannot_be_written_is_refused(kitchen: Kitchen, tmp_path: Path) -> None:
    """A folder in the way stands for a disk that refuses: this can be had everywhere, also as root."""
    (kitchen.root / ".orchestrator" / "lock").mkdir()
    told = Watched(tmp_path).refused(EXIT_ERROR, kitchen.run)
    assert "lock: cannot be written: Is a directory. Check the folder's rights" in told


# What has to be installed


def test_without_git_every_command_that_needs_it_says_how_to_get_it(
    kitchen: Kitchen, watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = tmp_path / "intent.md"
    intent.write_text(INTENT)
    monkeypatch.setenv("PATH", str(tmp_path / "agents"))
    for run in (
        lambda: meta("new", tmp_path / "other", "--intent", intent),
        kitchen.run,
        lambda: meta("prove", kitchen.root),
    ):
        told = watched.refused(EXIT_ERROR, run)
        assert "Cannot start git: No such file or directory. Install git 2.38 or newer" in told
    assert meta("status", kitchen.root).code == EXIT_DONE, "nothing is there yet that git would have to tell about"
    assert "✗ git: Cannot start git" in meta("doctor", tmp_path).out


def test_a_real_process_shows_no_traceback_either(kitchen: Kitchen, tmp_path: Path) -> None:
    (kitchen.root / "app_intent.md").write_bytes(b"")
    environment = {**os.environ, "HOME": str(tmp_path / "empty"), "NO_COLOR": "1"}
    done = subprocess.run(command("run", kitchen.root), capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == EXIT_ERROR
    assert done.stderr.startswith(f"meta: {kitchen.root / 'app_intent.md'}: it is empty.")
    assert done.stdout == ""


def test_a_folder_where_an_artifact_belongs_is_no_artifact_and_what_cannot_be_read_is_named(
    kitchen: Kitchen, watched: Watched
) -> None:
    (kitchen.root / "menu.md").mkdir()
    assert "○  0 Menu: ready" in meta("status", kitchen.root).lines
    (kitchen.root / "book.md").symlink_to("book.md")
    told = watched.refused(EXIT_ERROR, lambda: meta("status", kitchen.root))
    assert f"{kitchen.root / 'book.md'}: it cannot be read (Too many levels of symbolic links)." in told
