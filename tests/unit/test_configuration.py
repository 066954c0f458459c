"""`meta.toml`: two files, one answer; a mistake is told with its place and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.configuration import Configuration, ConfigurationError, RuntimeSettings, load
from engine.configuration.load import unknown_models, users_file
from engine.configuration.model import Limits
from engine.configuration.places import lines_of
from engine.document.model import Valves

# A name of the shape of a key; no key of anyone.
SECRET = "sk-" + "proj" + "1234567890abcdef"


def write(folder: Path, text: str) -> Path:
    """A workspace with this meta.toml."""
    folder.mkdir(exist_ok=True)
    (folder / "meta.toml").write_text(text)
    return folder


def read(tmp_path: Path, workspace: str = "", user: str = "") -> Configuration:
    """What the two files come to."""
    write(tmp_path / "user", user)
    return load(write(tmp_path / "app", workspace), tmp_path / "user" / "meta.toml")


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/app/", "")


# Two files


def test_without_any_file_nothing_is_set(tmp_path: Path) -> None:
    found = load(tmp_path, tmp_path / "none.toml")
    assert found == Configuration()
    assert found.model_for("codex", 7, "code", "gen") is None
    assert found.options_for("codex") == {}
    assert found.valves(Valves()) == Valves()


def test_the_workspaces_file_wins_key_by_key(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        workspace='runtimes = ["copilot"]\n[models]\nreview = "small"\n[runtime.openai]\nbase_url = "http://here/v1"\n',
        user='runtimes = ["codex", "claude"]\njobs = 2\n[models]\ndefault = "large"\nreview = "large"\n'
        '[runtime.openai]\nbase_url = "http://there/v1"\nkey_env = "MY_KEY"\n',
    )
    assert (found.runtimes, found.jobs) == (["copilot"], 2)
    assert found.models == {"default": "large", "review": "small"}
    assert found.options_for("openai") == {"base_url": "http://here/v1", "key_env": "MY_KEY"}


def test_the_users_file_lies_in_the_users_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert users_file().parts[-2:] == ("meta-orchestrator", "meta.toml")
    users_file().parent.mkdir(parents=True)
    users_file().write_text("jobs = 3")
    assert load(tmp_path / "app").jobs == 3


# Models


MODELS = """
[models]
default = "default"
review = "review"
"phase 9" = "phase 9"
"phase 9.review" = "phase 9 review"
code = "code"
"code.review" = "code review"

[models.codex]
default = "codex default"
"phase 7" = "codex phase 7"
"""


@pytest.mark.parametrize(
    ("asked", "model"),
    [
        (("claude", 3, "requirements", "gen"), "default"),
        (("claude", 3, "requirements", "review"), "review"),
        (("claude", 9, "documentation", "gen"), "phase 9"),
        (("claude", 9, "documentation", "review"), "phase 9 review"),
        (("claude", 7, "code", "gen"), "code"),
        (("claude", 7, "code", "review"), "code review"),
        (("codex", 3, "requirements", "review"), "codex default"),
        (("codex", 7, "code", "review"), "codex phase 7"),
    ],
)
def test_the_most_particular_model_is_taken_and_the_runtimes_own_table_first(
    tmp_path: Path, asked: tuple[str, int, str, str], model: str
) -> None:
    assert read(tmp_path, MODELS).model_for(*asked) == model


def test_what_the_runtimes_table_does_not_say_the_general_one_says(tmp_path: Path) -> None:
    found = read(tmp_path, '[models]\nreview = "small"\n[models.codex]\ncode = "large"\n')
    assert found.model_for("codex", 3, "requirements", "review") == "small"


def test_entries_that_mean_nothing_in_this_document_are_found(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '[models]\ndefualt = "m"\n"codee.review" = "m"\nreview = "m"\ncode = "m"\n'
        '[models.codx]\ndefault = "m"\n[models.design]\nreview = "m"\n',
    )
    assert unknown_models(found, ["code", "design"], ["codex", "claude"]) == [
        'models."defualt": the document has no step `defualt`; did you mean `default`?',
        'models."codee.review": the document has no step `codee`; did you mean `code`?',
        "models.codx: there is no runtime `codx`; did you mean `codex`?",
        'models.design: a step with its substep is one key, in quotes: "design.review"',
    ]


# Options, environment, limits


def test_the_settings_of_a_runtime_become_options_of_its_sessions(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "[runtime.openai]\nbase_url = 'http://127.0.0.1:8080/v1'\nmax_turns = 40\ntimeout_seconds = 90\n"
        "network = true\nunsandboxed = false\nextra_args = ['--a', 'b c']\nparallel = 1\nenv = ['MY_PROXY']\n"
        "[runtime.openai.options]\nanything = 'goes'\n",
    )
    assert found.options_for("openai") == {
        "base_url": "http://127.0.0.1:8080/v1",
        "max_turns": "40",
        "timeout_seconds": "90.0",
        "network": "1",
        "extra_args": '["--a", "b c"]',
        "anything": "goes",
    }
    assert found.parallel_for("openai") == 1
    assert found.parallel_for("codex") is None


def test_only_named_variables_are_passed_on(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "[environment]\nallow = ['MY_PROXY', 'NOT_SET']\n[runtime.claude]\nenv = ['ANTHROPIC_API_KEY']\n"
        "[runtime.openai]\nkey_env = 'MY_KEY'\n",
    )
    ours = {"MY_PROXY": "p", "ANTHROPIC_API_KEY": "a", "MY_KEY": "k", "OPENAI_API_KEY": "o", "OTHER": "x"}
    assert found.environment_for("claude", ours) == {"MY_PROXY": "p", "ANTHROPIC_API_KEY": "a"}
    assert found.environment_for("openai", ours) == {"MY_PROXY": "p", "MY_KEY": "k"}
    assert Configuration().environment_for("openai", ours) == {"OPENAI_API_KEY": "o"}
    assert Configuration().environment_for("codex", ours) == {}


def test_limits_take_the_place_of_the_documents_safety_valves(tmp_path: Path) -> None:
    found = read(tmp_path, "[limits]\nsession_tokens = 200_000\nday_cost = 12.5\nfailure_count = 5\n")
    valves = found.valves(Valves(day_tokens=7, failure_count=2))
    assert (valves.session_tokens, valves.day_cost, valves.failure_count) == (200_000, 12.5, 5)
    assert valves.day_tokens == 7


def test_every_safety_valve_can_be_a_limit() -> None:
    assert set(Limits.model_fields) == set(Valves.__dataclass_fields__)


def test_a_price_file_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    assert read(tmp_path, user='[prices]\nfile = "mine.toml"\n').prices_file() == tmp_path / "user" / "mine.toml"
    assert Configuration().prices_file() is None


# Mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('runtime = ["codex"]', "meta.toml:1: runtime: input should be a valid dictionary"),
        ('\nruntims = ["codex"]', "meta.toml:2: runtims: unknown key; did you mean `runtimes`?"),
        ("jobs = 0", "meta.toml:1: jobs: input should be greater than or equal to 1"),
        ('jobs = "4"', "meta.toml:1: jobs: input should be a valid integer"),
        (
            "[runtime.openai]\n\nbase_uri = 'http://x'",
            "meta.toml:3: runtime.openai.base_uri: unknown key; did you mean",
        ),
        ("[runtime.openai]\nparallel = 0", "meta.toml:2: runtime.openai.parallel: input should be greater"),
        (
            "[limits]\nsession_token = 3",
            "meta.toml:2: limits.session_token: unknown key; did you mean `session_tokens`?",
        ),
        ("[limits]\nconfidence = 1.5", "meta.toml:2: limits.confidence: input should be less than or equal to 1"),
        ("[limits]\nlegos = 1.5", "meta.toml:2: limits.legos: input should be a valid integer"),
        ("[environment]\nalow = []", "meta.toml:2: environment.alow: unknown key; did you mean `allow`?"),
        ("environment.allow = ['A-B']", "meta.toml:1: environment.allow.0: this is no name of an environment variable"),
        ("[models]\n'phase 12' = 'm'", "meta.toml:2: models.phase 12: unknown place; write default, gen"),
        (
            "[models]\n'code.revew' = 'm'",
            "meta.toml:2: models.code.revew: unknown substep `revew`; did you mean `review`?",
        ),
        ("[models]\ndefault = 3", "meta.toml:2: models.default: the name of a model is expected"),
        ("[models.codex.deep]\nx = 'm'", "meta.toml:1: models.codex.deep: the name of a model is expected"),
        ("jobs = 1\nruntimes = ", "meta.toml:2: this is not TOML: Invalid value"),
        ("jobs = = 1\n\n", "meta.toml:1: this is not TOML: Invalid value"),
        ("[runtime.Codex]", "meta.toml:1: runtime.Codex: this is no name of a runtime"),
        ("runtimes = ['a b']", "meta.toml:1: runtimes.0: this is no name of a runtime"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_right_word(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, "jobs = 0\n[limits]\nlegos = 0\n[models]\nx-y = 'm'\n").splitlines()) == 3


def test_a_mistake_in_the_users_file_names_the_users_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"user/meta\.toml:1: jobs"):
        read(tmp_path, user="jobs = 0")


@pytest.mark.parametrize(
    "text",
    [
        f"[runtime.openai]\nkey_env = '{SECRET}'",
        f"[runtime.openai]\nextra_args = ['--key', '{SECRET}']",
        f"[runtime.openai]\nunknown = '{SECRET}'",
        "[runtime.openai]\nbase_url = 'https://me:hunter2@example.org/v1'",
        f"[runtime.copilot]\nenv = ['gh{'p_'}abcdefghijklmnop1234']",
        f"[runtime.openai]\nkey_env = '{'0123456789abcdef' * 2}'",
        "[runtime.openai]\napi_key = 'short'",
        "[runtime.copilot]\ngithub_token = 'short'",
    ],
)
def test_a_secret_is_refused_with_the_way_out_and_never_repeated(tmp_path: Path, text: str) -> None:
    said = refused(tmp_path, text)
    assert said.startswith("meta.toml:2: runtime.")
    assert 'key_env = "OPENAI_API_KEY"' in said
    assert not any(word in said for word in (SECRET, "hunter2", "abcdefghijklmnop", "0123456789abcdef", "short"))


@pytest.mark.parametrize(
    "value", ["gpt-5.3-codex", "anthropic/claude-sonnet-4-5-20250929", "/opt/models/qwen2.5-coder-7b-instruct-q4.gguf"]
)
def test_a_models_name_is_no_secret(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, f"[models]\ndefault = '{value}'").models == {"default": value}


def test_places_are_found_in_every_way_of_writing_them() -> None:
    text = '# a = 1\na = 1\nb.c = 2\n"d e" = 3\n[f."g h"] # yes\ni = [\n  "j = 1",\n]\nk = { l = 1 }\n'
    assert lines_of(text) == {
        ("a",): 2,
        ("b",): 3,
        ("b", "c"): 3,
        ("d e",): 4,
        ("f", "g h"): 5,
        ("f", "g h", "i"): 6,
        ("f", "g h", "k"): 9,
    }


def test_every_setting_of_a_runtime_is_described() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    for name in [*RuntimeSettings.model_fields, *Limits.model_fields, *Configuration.model_fields]:
        assert f"`{name}`" in text or f"[{name}" in text, name


def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    example = text.split("```toml\n")[1].split("```")[0]
    found = read(tmp_path, example)
    assert found.runtimes
    assert found.model_for(found.runtimes[0], 7, "code", "review")
