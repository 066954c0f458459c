"""Keys and passwords: found in any text, shown masked, never mistaken for what only looks random."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from engine.gates.criteria import evidence
from engine.gates.criteria.registry import Finding
from engine.gates.receipts import Receipt, ReceiptStore
from engine.git import Change
from engine.lifecycle.create import create
from engine.lifecycle.intent import read_intent
from engine.resources import examples_home, meta_home
from engine.runner.discretion import discreet, secrets_written, told
from engine.secrets import ALLOWED, SecretFound, allow, find, find_in_bytes, masked, read_allowed, without
from engine.secrets.allowed import AllowListError
from engine.state.decisions import read_decisions, write_decision
from engine.state.events import SessionEnded
from engine.state.models import Comment, Decision
from tests.secret_keys import KEYS, SECRET

KINDS = pytest.mark.parametrize("kind", KEYS)
TESTS = Path(__file__).parents[1]
PASSWORD_ON_PURPOSE = {"test_configuration.py"}
"""Tests that hold a password in an address, to see it refused."""


@KINDS
@pytest.mark.parametrize(
    "around", ["{}", "Use {}.\nThat is all.", '{{"value": "{}"}}', "first line\n  key: {}  # mine"]
)
def test_a_key_is_found_whatever_stands_around_it(kind: str, around: str) -> None:
    text = around.format(KEYS[kind])
    assert [one.kind for one in find(text, "notes.md")] == [kind]


@KINDS
def test_nothing_of_a_key_is_left_where_it_is_taken_out(kind: str) -> None:
    text, found = without(f"before {KEYS[kind]} after", "notes.md")
    assert SECRET[kind] not in text
    assert f"[secret removed: {kind}]" in text
    assert text.startswith("before ") and text.endswith(" after")
    assert len(found) == 1


def test_a_finding_says_where_it_is_and_shows_three_characters() -> None:
    key = KEYS["GitHub Token"]
    [found] = find(f"one\ntwo {key}\n", "src/notes.py")
    assert (found.line, found.column) == (2, 5)
    assert str(found) == f"src/notes.py:2: GitHub Token {key[:3]}… ({len(key)} characters)"
    assert key not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        hashlib.sha256(b"a").hexdigest(),
        f"--hash=sha256:{hashlib.sha256(b'b').hexdigest()}",
        f"commit {hashlib.sha1(b'c').hexdigest()}",
        f'password_hash = "{hashlib.sha256(b"d").hexdigest()}"',
        'api_key = os.environ["NOTES_API_KEY_2"]',
        "token = tokens_by_name_2024.first_token()",
        'secret = "${NOTES_SECRET_V2_VALUE}"',
        'password = "<your-password-12345>"',
        "api_key: 123e4567-e89b-12d3-a456-426614174000",
        "postgres://user:password@localhost/notes",
        "https://example.org:8080/a?b=c@d",
        "The password is checked before anything else happens in module2.",
        "tests/unit/tokens/test_secret_2024_06_30.py",
        "the token: tests/unit/tokens/test_v2.py",
    ],
)
def test_what_is_no_secret_raises_no_alarm(text: str) -> None:
    assert find(text, "notes.md") == []


def test_the_documents_the_examples_and_the_tests_raise_no_alarm() -> None:
    files = [path for root in (meta_home(), examples_home()) for path in sorted(root.rglob("*")) if path.is_file()]
    files += [path for path in sorted(TESTS.rglob("*.py")) if path.name not in PASSWORD_ON_PURPOSE]
    assert len(files) > 200
    assert [str(one) for path in files for one in find_in_bytes(path.read_bytes(), str(path))] == []


@pytest.mark.parametrize("name", sorted(PASSWORD_ON_PURPOSE))
def test_a_password_in_an_address_is_seen_in_the_tests_that_have_one(name: str) -> None:
    [path] = TESTS.rglob(name)
    assert {one.kind for one in find_in_bytes(path.read_bytes(), name)} == {"Basic Auth Credentials"}


def test_a_key_at_the_end_of_a_hundred_kilobytes_is_found() -> None:
    source = "".join(path.read_text() for path in sorted(TESTS.glob("unit/*.py")) if path != Path(__file__))
    text = source[:100_000] + "\n" + KEYS["Slack Token"]
    assert "Slack Token" in [one.kind for one in find(text, "notes.md")]


def test_the_library_is_not_loaded_for_a_text_without_any_hint() -> None:
    code = (
        "import sys; from engine.secrets import find; find('# Notes', 'a'); sys.exit('detect_secrets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_texts_within_data_are_masked_and_the_rest_stays() -> None:
    key = KEYS["AWS Access Key"]
    clean = masked({"why": [key, 3, None], "at": ("x", key)})
    assert clean == {
        "why": ["[secret removed: AWS Access Key]", 3, None],
        "at": ("x", "[secret removed: AWS Access Key]"),
    }


class TestAllowed:
    def test_what_a_person_insists_on_is_no_finding_any_more(self, tmp_path: Path) -> None:
        key = KEYS["Slack Token"]
        [found] = find(key, "notes.md")
        assert allow(tmp_path, found)
        assert not allow(tmp_path, found)
        assert find(key, "notes.md", read_allowed(tmp_path)) == []
        assert key not in (tmp_path / ALLOWED).read_text()

    def test_another_key_stays_a_finding(self, tmp_path: Path) -> None:
        allow(tmp_path, find(KEYS["Slack Token"], "notes.md")[0])
        assert find(KEYS["GitHub Token"], "notes.md", read_allowed(tmp_path))

    def test_a_key_itself_in_the_list_is_an_error_with_its_line(self, tmp_path: Path) -> None:
        (tmp_path / ALLOWED).write_text(f"# mine\n{KEYS['Slack Token']}\n")
        with pytest.raises(AllowListError, match=f"{ALLOWED}:2") as error:
            read_allowed(tmp_path)
        assert KEYS["Slack Token"] not in str(error.value)


@KINDS
def test_an_intent_with_a_key_makes_no_workspace(kind: str, tmp_path: Path) -> None:
    intent = tmp_path / "intent.md"
    intent.write_text(f"# Notes\n\nUse {KEYS[kind]} for it.\n")
    with pytest.raises(SecretFound, match=r"intent\.md:3: ") as error:
        create(tmp_path / "app", intent, "python")
    assert SECRET[kind] not in str(error.value)
    assert kind in str(error.value)
    assert not (tmp_path / "app").exists()


def test_an_intent_whose_key_is_allowed_beside_it_makes_a_workspace_that_knows(tmp_path: Path) -> None:
    intent = tmp_path / "intent.md"
    intent.write_text(f"# Notes\n\nUse {KEYS['Slack Token']} for it.\n")
    allow(tmp_path, find(intent.read_text(), str(intent))[0])
    create(tmp_path / "app", intent, "python")
    assert read_intent(tmp_path / "app" / "app_intent.md") == intent.read_text()


@KINDS
@pytest.mark.parametrize("where", ["answer", "comment", "line comment"])
def test_a_decision_with_a_key_is_neither_written_nor_taken(kind: str, where: str, tmp_path: Path) -> None:
    text = f"Use {KEYS[kind]}"
    decision = {
        "answer": Decision(decision="answer", answers={"Which one?": text}),
        "comment": Decision(decision="revise", comment=text),
        "line comment": Decision(decision="revise", comments=[Comment(id="c1", text=text)]),
    }[where]
    with pytest.raises(SecretFound) as error:
        write_decision(tmp_path, "essence", decision)
    assert SECRET[kind] not in str(error.value)
    place = {"answer": "answer 1:2", "comment": "comment:1", "line comment": "comment c1:2"}[where]
    assert f"essence.json, {place}" in str(error.value)
    folder = tmp_path / ".orchestrator" / "decisions"
    assert not folder.exists()

    folder.mkdir(parents=True)
    (folder / "essence.json").write_text(decision.model_dump_json())
    taken, [problem] = read_decisions(tmp_path)
    assert taken == {}
    assert "not taken" in problem
    assert SECRET[kind] not in problem


def test_a_decision_whose_key_is_allowed_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator" / "decisions").mkdir(parents=True)
    allow(tmp_path, find(KEYS["Slack Token"], "answers.json")[0])
    write_decision(tmp_path, "essence", Decision(decision="revise", comment=KEYS["Slack Token"]))
    assert "essence" in read_decisions(tmp_path)[0]


@KINDS
def test_a_file_with_a_key_is_named_to_whoever_does_the_work_again(kind: str, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text(f"import os\n\n{KEYS[kind]}\n")
    found = secrets_written(tmp_path, [Change("notes.py", "added"), Change("gone.py", "deleted")], tmp_path)
    assert [(one.kind, one.line) for one in found] == [(kind, 3)]
    assert f"wrote what looks like a secret in notes.py:3: {kind}" in told(found)
    assert find(told(found), "") == []
    allow(tmp_path, found[0])
    assert secrets_written(tmp_path, [Change("notes.py", "added")], tmp_path) == []


def receipt(output: str) -> Receipt:
    return Receipt(
        id="code-notes-1",
        step="code",
        sentence="it passes",
        commit="0" * 40,
        scope={},
        check="test",
        command=["pytest"],
        environment="e",
        sandbox="none",
        exit_code=1,
        duration=1,
        at="2026-01-01T00:00:00Z",
        output=output,
    )


@KINDS
def test_evidence_and_receipts_hold_no_key_that_a_test_printed(kind: str, tmp_path: Path) -> None:
    output = f"{'x' * 140}\nconnecting with {KEYS[kind]}\nrefused\n"
    made = receipt(output)
    told_next = evidence([Finding(False, "exit code 1: no test ran", made)])
    assert "refused" in told_next
    ReceiptStore(tmp_path).save(made)
    kept = ReceiptStore(tmp_path).load(made.id).output
    for text in (told_next, kept):
        assert SECRET[kind] not in text
        assert all(line not in text for line in SECRET[kind].splitlines() if len(line) > 12)


@KINDS
def test_what_an_agent_said_is_journaled_without_its_key(kind: str, tmp_path: Path) -> None:
    said = f"failed with {KEYS[kind]}"
    event = SessionEnded(
        step="essence", session="1", substep="gen", outcome="failed", reason=said, summary=said, questions=[said]
    )
    kept = discreet(event, tmp_path)
    assert SECRET[kind] not in "".join([kept.reason, kept.summary, *kept.questions])
    assert kept.reason.startswith("failed with ")
    plain = event.model_copy(update={"reason": "no", "summary": "", "questions": []})
    assert discreet(plain, tmp_path) is plain
