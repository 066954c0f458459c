"""The check of an adapter: one that keeps the interface passes, one that breaks a rule fails in just that case."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.conformance.acts import Act, brief_of, script_of
from engine.conformance.cases import OTHERS, PLAIN
from engine.conformance.event_lines import problem_of
from engine.sessions.adapters import PACKAGED
from tests.agent_clis import require_cli
from tests.model_server import ModelServer, Shell, Text, Turn
from tests.scripted import Said, meta
from tests.session_helpers import AGENTS

INTERFACE = (PACKAGED / "adapter_interface.md").read_text(encoding="utf-8")
EXAMPLE = INTERFACE.split("## A complete adapter")[1].split("```sh\n")[1].split("```\n")[0]
RESUMING = (AGENTS / "resuming_adapter.py").read_text(encoding="utf-8")
AGENT = """#!/bin/sh
if [ "$1" = --version ]; then echo 1.0; exit 0; fi
sh -c "$(awk '/^```$/ { on = 0 } on { print } /^```sh$/ { on = 1 }')"
"""
RUN = 'my-agent <"$dir/brief.md"'
ANSWER = ".session/result.json"
DONE = '{"status": "done", "confidence_score": 1, "summary": "all well"}'
SECONDS = "40"
NO_MODEL = ("not_logged_in", "stdin", "files", "events", "kept", "long_brief", "no_result", "bad_result", "cancel")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where `my-agent` is installed and logged in; the scratch repositories lie here too."""
    programs, key = tmp_path / "bin", tmp_path / "home" / ".my-agent" / "key"
    programs.mkdir()
    key.parent.mkdir(parents=True)
    key.write_text("a key\n")
    executable(programs / "my-agent", AGENT)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def executable(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def check(path: Path | str, *options: object) -> tuple[Said, dict[str, dict[str, Any]]]:
    """What the command said, and its cases by name."""
    said = meta("adapters", "check", path, "--json", "--timeout", SECONDS, *options)
    cases = {case["name"]: case for case in json.loads(said.out)["cases"]}
    return said, cases


def named(cases: dict[str, dict[str, Any]], judgement: str) -> set[str]:
    return {name for name, case in cases.items() if case["judgement"] == judgement}


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


# Adapters that keep the interface


def test_the_example_of_the_interfaces_text_passes(scratch: Path) -> None:
    said, cases = check(executable(scratch / "mine_adapter.sh", EXAMPLE))
    assert named(cases, "fail") == set(), cases
    assert named(cases, "not checked") == {"resume", "limits"}
    assert said.code == 0
    assert list(scratch.glob("meta-adapters-check-*")) == [], "what nobody needs is left in the temp folder"


def test_an_adapter_in_python_that_can_resume_passes(scratch: Path) -> None:
    said, cases = check(executable(scratch / "mine_adapter.py", RESUMING))
    assert named(cases, "fail") == set(), cases
    assert named(cases, "not checked") == {"not_installed", "not_logged_in", "limits"}
    assert said.code == 0


@pytest.mark.parametrize("name", ["handoff", "replay"])
def test_the_adapters_without_an_agent_pass_as_the_check_takes_the_others_part(scratch: Path, name: str) -> None:
    said, cases = check(name)
    assert named(cases, "fail") == set(), cases
    assert {*NO_MODEL[1:], "resume"} <= named(cases, "pass")
    assert said.code == 0


# Adapters that break one rule

MENDS = f"grep -q summary {ANSWER} || [ ! -e {ANSWER} ] || echo '{DONE}' >{ANSWER}"
BROKEN_SH: dict[str, tuple[str, str]] = {
    "detect": ('"capabilities": []', '"capabilities": "none"'),
    "wrong_call": ("    exit 14\n    ;;\nesac", "    exit 0\n    ;;\nesac"),
    "no_session": ("exit 14; }", "exit 0; }"),
    "not_installed": ("exit 10; }", "exit 1; }"),
    "not_logged_in": ("fail 11", "fail 1"),
    "stdin": (RUN, f"until read -r line; do sleep 0.1; done; {RUN}"),
    "files": ("esac\nexit 0\n", "esac\nexit 1\n"),
    "events": ("event started runtime mine", 'echo "Started." >>"$dir/events.jsonl"'),
    "kept": ("event started runtime mine", ': >"$dir/events.jsonl"'),
    "long_brief": (RUN, 'head -c 65536 "$dir/brief.md" | my-agent'),
    "no_result": (RUN, f"{RUN}\ncode=$?; [ -e {ANSWER} ] || echo '{DONE}' >{ANSWER}; (exit $code)"),
    "bad_result": (RUN, f"{RUN}\ncode=$?; {MENDS}; (exit $code)"),
    "cancel": (RUN, f"env -u META_SESSION {RUN}"),
    "resume": ('"capabilities": []', '"capabilities": ["resume"]'),
}


@pytest.mark.parametrize("case", BROKEN_SH)
def test_a_rule_that_is_broken_is_the_only_case_that_fails(scratch: Path, case: str) -> None:
    seconds = ("--timeout", "5") if case == "stdin" else ()
    said, cases = check(executable(scratch / "mine_adapter.sh", changed(EXAMPLE, BROKEN_SH[case])), *seconds)
    assert named(cases, "fail") == {case}, [cases[name] for name in named(cases, "fail") ^ {case}]
    assert cases[case]["found"]
    assert Path(cases[case]["log"]).is_dir()
    assert said.code == 1


BROKEN_PY: dict[str, tuple[str, tuple[str, str], str]] = {
    "a tool that nothing finds any more": (
        "cancel",
        ('["sh", "-c", block]', '["sh", "-c", "trap \'\' TERM\\n" + block], start_new_session=True, env={}'),
        "still running: process",
    ),
    "a resume that forgets what was told": (
        "resume",
        ("began = time", 'verb == "resume" and (folder / "events.jsonl").write_text("")\nbegan = time'),
        "the events from before the kill are gone",
    ),
    "a resume that does nothing": (
        "resume",
        ("began = time", 'verb == "resume" and sys.exit(0)\nbegan = time'),
        "resumed, it came out as failed (exit code 0)",
    ),
    "a cost in words": ("events", ("cost=0.01", 'cost="cheap"'), '`cost` is "cheap", expected: US dollars'),
    "an absolute path": ("events", ('path="hello.txt"', 'path="/hello.txt"'), "a path relative to the worktree"),
    "a switch as text": ("events", ("ok=ended.returncode == 0", 'ok="yes"'), "true or false"),
    "a result of the adapter's own": (
        "no_result",
        ('event("usage"', f'(folder / "result.json").write_text(\'{DONE}\')\nevent("usage"'),
        "result.json was invented: ",
    ),
    "a log-in that is no such word": ("detect", ('"logged_in": True', '"logged_in": "maybe"'), '"logged_in`'[1:]),
}


@pytest.mark.parametrize("what", BROKEN_PY)
def test_the_report_says_what_was_found_instead(scratch: Path, what: str) -> None:
    case, change, found = BROKEN_PY[what]
    _, cases = check(executable(scratch / "mine_adapter.py", changed(RESUMING, change)))
    assert named(cases, "fail") == {case}, [cases[name] for name in named(cases, "fail") ^ {case}]
    assert found in cases[case]["found"]


def test_an_adapter_that_cannot_be_started_fails_and_nothing_else_is_tried(scratch: Path) -> None:
    said, cases = check(executable(scratch / "mine_adapter.sh", "#!/no/such/shell\n"))
    assert named(cases, "fail") == {"detect"}
    assert "cannot be run" in cases["detect"]["found"]
    assert named(cases, "pass") == set()
    assert cases["files"]["why"] == "`detect` gave no answer"
    assert said.code == 1


# Real agents


def test_a_real_agent_works_only_after_consent(scratch: Path) -> None:
    _, cases = check("codex")
    assert named(cases, "fail") == set()
    assert set(NO_MODEL) <= named(cases, "not checked")
    assert all("`--live`" in cases[name]["why"] for name in NO_MODEL)
    assert {"detect", "wrong_call", "no_session", "not_installed"} <= named(cases, "pass")


def test_an_adapter_of_ones_own_does_not_work_either_if_that_is_asked(scratch: Path) -> None:
    _, cases = check(executable(scratch / "mine_adapter.sh", EXAMPLE), "--no-live")
    assert {*NO_MODEL, "resume"} <= named(cases, "not checked")


@pytest.fixture
def obedient() -> Iterator[ModelServer]:
    """A model that runs the block of its brief."""
    with ModelServer(obey) as model:
        yield model


def obey(body: dict[str, Any]) -> Turn:
    told = json.dumps(body.get("input") or body.get("messages"))
    block = re.findall(r"```sh\\n(.*?)```", told)
    answered = re.search(r'"(function_call_output|tool_result|custom_tool_call_output)"|"role": "tool"', told)
    goes_on = "You were interrupted" in told and not re.search(r"You were interrupted.*hello.txt", told)
    if not block or not body.get("tools") or (answered and not goes_on):
        return Text("Done.")
    return Shell(json.loads(f'"{block[0]}"'))


LIVE: dict[str, tuple[str, Callable[[str], tuple[str, ...]], Callable[[str], dict[str, str]]]] = {
    "codex": (
        "gpt-5.5",
        lambda url: (f"base_url={url}/v1", "key_env=SCRIPTED_MODEL_KEY"),
        lambda url: {"SCRIPTED_MODEL_KEY": "sk-test"},
    ),
    "claude": (
        "claude-opus-4-8",
        lambda url: (),
        lambda url: {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "sk-test"},
    ),
}


@pytest.mark.agents
@pytest.mark.parametrize("name", LIVE)
def test_a_real_agent_with_a_model_passes(
    scratch: Path, obedient: ModelServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, options, environment = LIVE[name]
    for variable, value in environment(obedient.url).items():
        monkeypatch.setenv(variable, value)
    names = json.dumps(list(environment("")))
    (scratch / "meta.toml").write_text(f'[runtime.{name}]\ncommand = "{require_cli(name)}"\nenv = {names}\n')
    words = [word for option in options(obedient.url) for word in ("--option", option)]
    _, cases = check(name, "--live", "--dir", scratch, "--model", model, "--timeout", "40", *words)
    assert named(cases, "fail") == set(), cases
    assert {*NO_MODEL[1:], "resume"} <= named(cases, "pass")


# The report


def test_the_report_is_one_line_a_case_and_a_summary(scratch: Path) -> None:
    path = executable(scratch / "mine_adapter.sh", changed(EXAMPLE, BROKEN_SH["detect"]))
    said = meta("adapters", "check", path)
    head, consent, *lines, summary = said.lines
    assert head == f"{path} (runtime mine)"
    assert "costs what the model costs" in consent
    assert re.match(r'FAIL +detect +.*; found: `capabilities` is "none": a list .*; see /', lines[0])
    assert re.match(r"pass +wrong_call +a call without a verb", lines[1])
    assert re.match(r"not checked +limits .*: only the model's provider", lines[-1])
    assert re.fullmatch(r"\d+ passed, 1 failed, 2 not checked", summary)
    assert said.code == 1


def test_a_file_whose_name_tells_no_runtime_is_checked_with_a_hint(scratch: Path) -> None:
    said = meta("adapters", "check", executable(scratch / "mine.sh", EXAMPLE), "--no-live")
    assert said.lines[-1].endswith("its name must be like mine_adapter.sh.")
    assert said.code == 0


@pytest.mark.parametrize(
    ("target", "message", "code"),
    [
        ("./missing_adapter.sh", "there is no such file", 2),
        ("crystal_ball", "there is no runtime 'crystal_ball'. Known: acp, ", 5),
    ],
)
def test_what_is_not_there_is_refused(scratch: Path, target: str, message: str, code: int) -> None:
    said = meta("adapters", "check", target)
    assert message in said.err
    assert said.code == code


def test_a_file_that_is_not_executable_is_refused_with_the_remedy(scratch: Path) -> None:
    path = scratch / "mine_adapter.sh"
    path.write_text(EXAMPLE)
    said = meta("adapters", "check", path)
    assert f"chmod +x {path}" in said.err
    assert said.code == 2


def test_an_option_without_a_value_is_refused(scratch: Path) -> None:
    said = meta("adapters", "check", "handoff", "--option", "speed")
    assert "--option speed: KEY=VALUE is expected" in said.err
    assert said.code == 2


# The parts


def test_the_long_brief_is_as_long_as_it_is_said_to_be_and_ends_with_its_block() -> None:
    brief = brief_of(Act({"a": "b"}, length=100_000), "token")
    assert 100_000 <= len(brief.encode()) < 101_000
    assert brief.endswith(f"```sh\n{script_of(Act({'a': 'b'}), 'token')}```\n")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"kind": "weather", "sun": [1]}', ""),
        (b'{"kind": "text", "t": 1.5, "text": null}', ""),
        (b'{"kind": "rate_limited", "retry_at": "2026-01-01T00:00:00+02:00"}', ""),
        (b'{"kind": "rate_limited", "retry_at": "2026-01-01T00:00:00"}', "`retry_at`"),
        (b'{"kind": "usage", "input_tokens": 1.5}', "`input_tokens`"),
        (b'{"kind": "text", "t": -1}', "`t` is -1"),
        (b'{"text": "hello"}', "no object with a text `kind`"),
        (b"hello", "no JSON"),
    ],
)
def test_a_line_of_events_is_judged_by_kind_and_fields(line: bytes, problem: str) -> None:
    found = problem_of(line + b"\n")
    assert (problem in found) if problem else found == ""


def test_an_event_without_its_newline_is_none_yet() -> None:
    assert "no newline" in problem_of(b'{"kind": "text"}')


def test_the_interface_names_every_case() -> None:
    section = INTERFACE.split("## The check")[1].split("\n## ")[0]
    cases = {case.name for trial in (PLAIN, *OTHERS) for case in trial.cases}
    calls = {"detect", "wrong_call", "no_session", "not_installed", "not_logged_in", "limits"}
    assert set(re.findall(r"`([a-z_]+)`", section)) >= cases | calls
