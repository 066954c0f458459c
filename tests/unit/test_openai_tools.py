"""The tools of the `openai` adapter's model: they do what they say, and nothing outside the worktree."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime_adapters import openai_tools
from runtime_adapters.events import EventWriter, read_events
from runtime_adapters.openai_commands import KEPT, Commands, environment, find, interpreter_folders
from runtime_adapters.openai_tools import ToolError, Tools

BWRAP = shutil.which("bwrap")


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    folder = tmp_path / "worktree"
    folder.mkdir()
    (folder / ".git").write_text("gitdir: elsewhere\n")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def main():\n    return 1\n")
    return folder


@pytest.fixture
def tools(worktree: Path) -> Tools:
    return Tools(worktree, None)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text("secret\n")
    return path


# Files


def test_a_file_that_is_written_can_be_read(worktree: Path) -> None:
    changed: list[str] = []
    tools = Tools(worktree, None, changed.append)
    tools.write_file("docs/deep/guide.md", "# Guide\nétude\n")
    assert tools.read_file("docs/deep/guide.md") == "# Guide\nétude\n"
    assert changed == ["docs/deep/guide.md"]
    assert [path.name for path in (worktree / "docs" / "deep").iterdir()] == ["guide.md"], "no temporary file is left"


def test_a_program_that_is_rewritten_stays_executable(tools: Tools, worktree: Path) -> None:
    program = worktree / "run.sh"
    program.write_text("old")
    program.chmod(0o755)
    tools.write_file("run.sh", "new")
    assert os.access(program, os.X_OK)


def test_a_long_file_is_read_in_parts(tools: Tools) -> None:
    tools.write_file("long.txt", "".join(f"line {number}\n" for number in range(1, 101)))
    part = tools.read_file("long.txt", first_line=10, lines=2)
    assert part == "line 10\nline 11\n\n[lines 10 to 11 of 100]"
    tools.write_file("wide.txt", "x" * (openai_tools.MOST_READ + 1))
    assert "[cut after" in tools.read_file("wide.txt")


def test_an_edit_replaces_exactly_what_is_named(tools: Tools) -> None:
    tools.edit_file("src/app.py", "return 1", "return 2")
    assert tools.read_file("src/app.py") == "def main():\n    return 2\n"


def test_an_edit_of_something_that_is_not_there_or_not_unique_is_refused(tools: Tools) -> None:
    tools.write_file("twice.txt", "a b a")
    with pytest.raises(ToolError, match="2 times"):
        tools.edit_file("twice.txt", "a", "c")
    with pytest.raises(ToolError, match="does not contain"):
        tools.edit_file("twice.txt", "A", "c")
    with pytest.raises(ToolError, match="does not contain"):
        tools.edit_file("twice.txt", "", "c")
    assert tools.read_file("twice.txt") == "a b a"
    tools.edit_file("twice.txt", "a", "c", replace_all=True)
    assert tools.read_file("twice.txt") == "c b c"


def test_files_are_listed_without_those_of_git(tools: Tools, worktree: Path) -> None:
    (worktree / "lib" / ".git").mkdir(parents=True)
    (worktree / "lib" / ".git" / "config").touch()
    (worktree / "README.md").touch()
    assert tools.list_files().splitlines() == ["README.md", "src/app.py"]
    assert tools.list_files(pattern="*.py") == "src/app.py"
    assert tools.list_files("src") == "src/app.py"
    assert tools.list_files(pattern="*.rs") == "no file"


def test_a_long_list_is_cut_and_says_so(tools: Tools, worktree: Path) -> None:
    for number in range(openai_tools.MOST_LISTED + 3):
        (worktree / f"{number}.txt").touch()
    lines = tools.list_files(pattern="*.txt").splitlines()
    assert len(lines) == openai_tools.MOST_LISTED + 1
    assert lines[-1].startswith("[and 3 more")


def test_a_search_gives_file_line_and_text(tools: Tools, worktree: Path) -> None:
    (worktree / "picture.png").write_bytes(b"\x89PNG return")
    (worktree / "notes.md").write_text("we return\n")
    assert tools.search(r"ret\w+").splitlines() == ["notes.md:1: we return", "src/app.py:2:     return 1"]
    assert tools.search("return", files="*.py") == "src/app.py:2:     return 1"
    assert tools.search("return", path="notes.md") == "notes.md:1: we return"
    assert tools.search("nothing like it") == "no match"
    with pytest.raises(ToolError, match="no regular expression"):
        tools.search("(")


def test_what_is_no_text_file_is_refused(tools: Tools, worktree: Path) -> None:
    (worktree / "picture.png").write_bytes(b"\xff\xfe")
    os.mkfifo(worktree / "pipe")
    for path, message in [
        ("picture.png", "no text file"),
        ("src", "no plain file"),
        ("pipe", "no plain file"),
        ("none.txt", "cannot be read"),
        ("a\0b", "NUL"),
    ]:
        with pytest.raises(ToolError, match=message):
            tools.read_file(path)
    with pytest.raises(ToolError, match="cannot be written"):
        tools.write_file("src/app.py/below.txt", "x")
    with pytest.raises(ToolError, match="no plain file"):
        tools.write_file("pipe", "x")


# Nothing outside


USES: list[Callable[[Tools, str], object]] = [
    lambda tools, path: tools.read_file(path),
    lambda tools, path: tools.write_file(path, "taken"),
    lambda tools, path: tools.edit_file(path, "secret", "taken"),
    lambda tools, path: tools.list_files(path),
    lambda tools, path: tools.search("secret", path),
]


@pytest.mark.parametrize("use", USES, ids=["read", "write", "edit", "list", "search"])
@pytest.mark.parametrize("way", ["{out}", "../secret.txt", "src/../../secret.txt", "link", "folder/secret.txt"])
def test_no_tool_leaves_the_worktree(
    tools: Tools, worktree: Path, outside: Path, use: Callable[[Tools, str], object], way: str
) -> None:
    (worktree / "link").symlink_to(outside)
    (worktree / "folder").symlink_to(outside.parent)
    with pytest.raises(ToolError, match="leads out of the working folder"):
        use(tools, way.format(out=outside))
    assert outside.read_text() == "secret\n"


def test_a_link_that_leads_out_is_not_searched_on_the_way(tools: Tools, worktree: Path, outside: Path) -> None:
    (worktree / "link.txt").symlink_to(outside)
    (worktree / "folder").symlink_to(outside.parent)
    assert tools.search("secret") == "no match"


@pytest.mark.parametrize("path", [".git", ".GIT/config", "lib/.git/hooks/pre-commit", "alias"])
def test_what_belongs_to_git_is_not_written(tools: Tools, worktree: Path, path: str) -> None:
    (worktree / "alias").symlink_to(".git")
    with pytest.raises(ToolError, match="belongs to git"):
        tools.write_file(path, "x")
    assert (worktree / ".git").read_text() == "gitdir: elsewhere\n"


# Commands


def test_without_commands_the_model_is_told_so(tools: Tools) -> None:
    with pytest.raises(ToolError, match="not available here"):
        tools.run_command("true")


def test_without_bubblewrap_commands_need_consent(worktree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(worktree))
    assert find(worktree, network=False, unsandboxed=False) is None
    commands = find(worktree, network=False, unsandboxed=True)
    assert commands and commands.sandbox == "none"


def test_a_bubblewrap_that_does_not_work_counts_as_none(worktree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = worktree / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(worktree))
    assert find(worktree, network=False, unsandboxed=False) is None


@pytest.fixture(params=["bubblewrap", "none"])
def commands(request: pytest.FixtureRequest, worktree: Path) -> Commands:
    if request.param == "none":
        return Commands(worktree, None)
    if BWRAP is None:
        pytest.skip("bubblewrap is not installed")
    return Commands(worktree, BWRAP)


def test_a_command_works_in_the_worktree(commands: Commands, worktree: Path) -> None:
    ran = commands.run("pwd; echo made > made.txt; echo oops >&2; exit 3", 20)
    assert (ran.exit_code, ran.output, ran.timed_out) == (3, f"{worktree}\noops\n", False)
    assert (worktree / "made.txt").read_text() == "made\n"


def test_a_command_may_run_the_engines_python(commands: Commands) -> None:
    assert commands.run("python -c 'import pytest; print(pytest.__name__)'", 30).output == "pytest\n"


def test_a_command_sees_the_sessions_marker_and_no_key(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("META_SESSION", "the-marker")
    monkeypatch.setenv("OPENAI_API_KEY", "the-key")
    output = commands.run("env", 20).output
    assert "META_SESSION=the-marker" in output
    assert "the-key" not in output
    assert environment({"HOME": "/home/me"}, "/tmp")["HOME"] == "/tmp"


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(commands: Commands, worktree: Path) -> None:
    ran = commands.run("sleep 300 & echo begun; sleep 300", 0.5)
    assert ran.timed_out
    assert ran.exit_code == 137
    assert ran.output == "begun\n"


def test_what_a_command_leaves_in_the_background_is_not_waited_for(commands: Commands) -> None:
    ran = commands.run("sleep 300 & echo done", 20)
    assert (ran.exit_code, ran.output, ran.timed_out) == (0, "done\n", False)


def test_long_output_keeps_its_beginning_and_its_end(commands: Commands) -> None:
    ran = commands.run("echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last", 30)
    assert ran.output.startswith("first\nx")
    assert ran.output.endswith("xlast\n")
    assert "bytes left out" in ran.output
    assert len(ran.output) < 2 * KEPT + 100


def test_the_limit_of_a_command_must_be_one(worktree: Path) -> None:
    tools = Tools(worktree, Commands(worktree, None))
    for seconds in (0, 601):
        with pytest.raises(ToolError, match="from 1 to 600"):
            tools.run_command("true", seconds)
    assert tools.run_command("exit 4", 20) == {"exit_code": 4, "output": ""}


needs_bubblewrap = pytest.mark.skipif(BWRAP is None, reason="bubblewrap is not installed")


@needs_bubblewrap
def test_in_the_sandbox_nothing_else_can_be_seen_or_written(worktree: Path, outside: Path) -> None:
    commands = find(worktree, network=False, unsandboxed=False)
    assert commands and commands.sandbox == "bubblewrap, no network"
    assert commands.run(f"cat {outside}", 20).exit_code != 0
    commands.run(f"echo taken > {outside}", 20)
    assert outside.read_text() == "secret\n"
    assert commands.run("test -w /usr", 20).exit_code == 1
    assert commands.run("echo x >> .git", 20).exit_code != 0
    assert (worktree / ".git").read_text() == "gitdir: elsewhere\n"


@needs_bubblewrap
def test_in_the_sandbox_the_home_holds_the_interpreter_at_most(worktree: Path) -> None:
    home = Path.home()
    inside = [Path(folder).relative_to(home) for folder in interpreter_folders() if Path(folder).is_relative_to(home)]
    seen = Commands(worktree, BWRAP).run(f"test -d {home} && ls -A {home}", 20).output.split()
    assert set(seen) <= {folder.parts[0] for folder in inside}


@needs_bubblewrap
def test_in_the_sandbox_there_is_no_network_unless_it_was_allowed(worktree: Path) -> None:
    look = "python -c 'import socket; print([name for _, name in socket.if_nameindex()])'"
    assert Commands(worktree, BWRAP).run(look, 20).output == "['lo']\n"
    allowed = Commands(worktree, BWRAP, network=True)
    assert allowed.sandbox == "bubblewrap, with network"
    ours = str(Path("/proc/self/ns/net").readlink())
    assert allowed.run("readlink /proc/self/ns/net", 20).output.strip() == ours
    assert Commands(worktree, BWRAP).run("readlink /proc/self/ns/net", 20).output.strip() != ours


# What the model says while it works


def test_text_is_told_by_whole_lines_and_a_long_silence_is_explained(tmp_path: Path) -> None:
    pytest.importorskip("pydantic_ai", reason="the extra `openai` is not installed")
    from pydantic_ai import messages

    from runtime_adapters.openai_telling import Teller

    now = [0.0]
    writer = EventWriter(tmp_path / "events.jsonl")
    teller = Teller(writer, lambda: now[0])
    teller.answer(messages.PartStartEvent(index=0, part=messages.TextPart("First li")))
    teller.answer(messages.PartDeltaEvent(index=0, delta=messages.TextPartDelta("ne\nsecond li")))
    teller.answer(messages.PartDeltaEvent(index=0, delta=messages.TextPartDelta("ne")))
    teller.answer(messages.PartEndEvent(index=0, part=messages.TextPart("First line\nsecond line")))
    call = messages.ToolCallPart("write_file", "", tool_call_id="1")
    teller.answer(messages.PartStartEvent(index=1, part=call))
    for seconds in (5.0, 25.0, 26.0):
        now[0] = seconds
        teller.answer(messages.PartDeltaEvent(index=1, delta=messages.ToolCallPartDelta(args_delta="x" * 10)))
    writer.close()
    assert [event.fields["text"] for event in read_events(tmp_path / "events.jsonl")] == [
        "First line",
        "second line",
        "writing a tool call: 20 characters so far",
    ]
