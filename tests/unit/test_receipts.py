"""Receipts: what a check ran, what came out, and when that counts as green."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import BrokenState
from engine.gates.plain import plain
from engine.gates.receipts import Receipt, ReceiptStore
from engine.gates.report import Report, read_report

COMMIT = "3f2a91c0d4e5f60718293a4b5c6d7e8f90a1b2c3"


def receipt(**changes: object) -> Receipt:
    fields: dict[str, object] = {
        "id": "code-store-3f2a91c0-1",
        "step": "code",
        "lego": "store",
        "sentence": "`test` of the toolchain passes for the app",
        "commit": COMMIT,
        "scope": {"src/": "a" * 40},
        "check": "test",
        "command": ["run", "tests/"],
        "environment": "Tool 1.0",
        "sandbox": "bubblewrap",
        "exit_code": 0,
        "passed": ["t::one"],
        "duration": 0.5,
        "at": "2026-01-02T03:04:05.000Z",
    }
    return Receipt.model_validate(fields | changes)


GREEN = [
    ("something passed and nothing else happened", {}, True),
    ("no test ran", {"passed": []}, False),
    ("one failed", {"failed": ["t::two"]}, False),
    ("one was skipped", {"skipped": ["t::two"]}, False),
    ("one file could not be loaded", {"broken": ["t"]}, False),
    ("the exit code says otherwise", {"exit_code": 1}, False),
    ("the exit code means nothing", {"conclusive": False}, False),
    ("failing expected, all failed", {"expects": "fail", "exit_code": 1, "passed": [], "failed": ["t::one"]}, True),
    ("failing expected, one passed", {"expects": "fail", "exit_code": 1, "failed": ["t::two"]}, False),
    ("failing expected, none ran", {"expects": "fail", "exit_code": 1, "passed": []}, False),
    (
        "failing expected, one skipped",
        {"expects": "fail", "exit_code": 1, "passed": [], "failed": ["t::one"], "skipped": ["t::two"]},
        False,
    ),
    (
        "failing expected, a file could not be loaded",
        {"expects": "fail", "exit_code": 1, "passed": [], "failed": ["t::one"], "broken": ["t"]},
        False,
    ),
    (
        "failing expected, the exit code means nothing",
        {"expects": "fail", "exit_code": 2, "passed": [], "failed": ["t::one"], "conclusive": False},
        False,
    ),
    ("failing expected, exit code 0", {"expects": "fail", "passed": [], "failed": ["t::one"]}, False),
]


@pytest.mark.parametrize(("changes", "green"), [case[1:] for case in GREEN], ids=[case[0] for case in GREEN])
def test_a_receipt_is_green_only_when_all_of_it_ran_as_expected(changes: dict[str, object], green: bool) -> None:
    assert receipt(**changes).green is green


def test_a_saved_receipt_comes_back_as_it_was(tmp_path: Path) -> None:
    store = ReceiptStore(tmp_path)
    path = store.save(receipt())
    assert path == tmp_path / ".orchestrator/receipts/code-store-3f2a91c0-1.json"
    assert store.load("code-store-3f2a91c0-1") == receipt()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_receipt_is_readable_json_with_sorted_keys(tmp_path: Path) -> None:
    text = ReceiptStore(tmp_path).save(receipt()).read_text()
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert text.count("\n") > 10


def test_ids_count_up_for_the_same_step_lego_and_commit(tmp_path: Path) -> None:
    store = ReceiptStore(tmp_path)
    assert store.next_id("code", "store", COMMIT) == "code-store-3f2a91c0-1"
    for number in range(1, 12):
        store.save(receipt(id=f"code-store-3f2a91c0-{number}"))
    assert store.next_id("code", "store", COMMIT) == "code-store-3f2a91c0-12"
    assert store.next_id("code", "clock", COMMIT) == "code-clock-3f2a91c0-1"
    assert store.next_id("proof", None, COMMIT) == "proof-3f2a91c0-1"


def test_the_latest_receipt_of_each_criterion_is_found(tmp_path: Path) -> None:
    store = ReceiptStore(tmp_path)
    store.save(receipt(id="b", at="2026-01-01T00:00:00.000Z"))
    store.save(receipt(id="a", at="2026-01-02T00:00:00.000Z"))
    store.save(receipt(id="c", lego="clock"))
    latest = store.latest()
    assert {key[1]: one.id for key, one in latest.items()} == {"store": "a", "clock": "c"}
    assert [one.id for one in store.all()] == ["b", "a", "c"]


def test_a_workspace_without_receipts_has_none(tmp_path: Path) -> None:
    assert ReceiptStore(tmp_path).all() == []
    with pytest.raises(KeyError):
        ReceiptStore(tmp_path).load("code-store-3f2a91c0-1")


@pytest.mark.parametrize("receipt_id", ["../../etc/passwd", "", "a/b", ".hidden"])
def test_an_id_never_leads_out_of_the_folder(tmp_path: Path, receipt_id: str) -> None:
    with pytest.raises(KeyError):
        ReceiptStore(tmp_path).load(receipt_id)
    with pytest.raises(KeyError):
        ReceiptStore(tmp_path).save(receipt(id=receipt_id))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"id": "x"}', "step"),
        ("not json", "JSON"),
        ("", "JSON"),
        (receipt().model_dump_json().replace('"exit_code":0', '"exit_code":"none"'), "exit_code"),
        (receipt().model_dump_json().replace('"id"', '"green":true,"id"'), "green"),
    ],
)
def test_a_broken_receipt_names_file_and_field_and_is_kept(tmp_path: Path, text: str, named: str) -> None:
    store = ReceiptStore(tmp_path)
    path = store.save(receipt(id="x"))
    path.write_text(text)
    with pytest.raises(BrokenState) as caught:
        store.all()
    assert str(path) in str(caught.value)
    assert named in str(caught.value)
    assert "meta doctor --rebuild" in str(caught.value)
    assert path.read_text() == text


REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="all" tests="6">
<testcase classname="tests.test_store" name="test_adds" time="0.001"/>
<testcase classname="tests.test_store" name="test_lists[two]"/>
<testcase classname="tests.test_store" name="test_removes">
  <failure message="assert 1 == 2">def test_removes():
&gt;   assert 1 == 2</failure></testcase>
<testcase classname="tests.test_store" name="test_prepares"><error message="failed on setup">trace</error></testcase>
<testcase classname="tests.test_store" name="test_later"><skipped message="not yet"/></testcase>
<testcase classname="" name="tests.test_broken"><error message="collection failure">ImportError</error></testcase>
<testcase classname="tests.test_store" name="test_ends"/>
<testcase classname="tests.test_store" name="test_ends"><error message="failed on teardown">trace</error></testcase>
</testsuite></testsuites>
"""


def test_a_report_tells_every_test_by_what_became_of_it(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    report = read_report(path)
    assert report.passed == ("tests.test_store::test_adds", "tests.test_store::test_lists[two]")
    failed = ("tests.test_store::test_removes", "tests.test_store::test_prepares", "tests.test_store::test_ends")
    assert report.failed == failed
    assert report.skipped == ("tests.test_store::test_later",)
    assert report.broken == ("tests.test_broken",)
    first = report.problems[0]
    assert (first.test, first.message) == ("tests.test_store::test_removes", "assert 1 == 2")
    assert first.account.endswith(">   assert 1 == 2")


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase classname="a" name="&a;"/></testsuite>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        REPORT[:-40],
        BOMB,
        BOMB.encode("utf-16").decode("latin-1"),
        REPORT.replace("utf-8", "nonsense"),
        REPORT.replace("utf-8", "utf-7"),
        "<testsuite/>",
    ],
    ids=["empty", "not XML", "cut off", "entities", "disguised entities", "no encoding", "strange encoding", "no test"],
)
def test_a_report_that_cannot_be_trusted_proves_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.xml"
    path.write_text(text, encoding="latin-1")
    assert read_report(path) == Report()


def test_a_failure_may_speak_of_a_document_type(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    failure = "<failure><![CDATA[<!DOCTYPE html>]]></failure>"
    path.write_text(f'<testsuite><testcase classname="a" name="b">{failure}</testcase></testsuite>')
    assert read_report(path).failed == ("a::b",)


def test_a_missing_report_proves_nothing(tmp_path: Path) -> None:
    assert read_report(tmp_path / "report.xml") == Report()


def test_a_link_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.xml").write_text(REPORT)
    (tmp_path / "report.xml").symlink_to(tmp_path / "elsewhere.xml")
    assert read_report(tmp_path / "report.xml") == Report()


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    with path.open("w") as file:
        file.write(REPORT)
        file.truncate(33 * 1024 * 1024)
    assert read_report(path) == Report()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/tmp/meta-check-x1/checkout/src/a.sh:3: boom", "src/a.sh:3: boom"),
        ("cd /tmp/meta-check-x1/checkout", "cd ."),
        ("wrote /tmp/meta-private-y2/out", "wrote /tmp/out"),
        ("/opt/tool/lib/run.x line 4", "…/lib/run.x line 4"),
        ("<Store object at 0x7f3a9c001d90>", "<Store object at 0x…>"),
        ("3 failed, 1 passed in 0.12s", "3 failed, 1 passed in …"),
        ("1 passed in 61.20s (0:01:01)", "1 passed in …"),
        ("0.51s call  a::b", "… call  a::b"),
        ("killed pid 4711", "killed pid …"),
        ("/tmp/tmpab12cd_9/f", "/tmp/…/f"),
        ("/tmp/runs-of-root/runs-17/test_a0/x", "/tmp/runs-of-…/test_a0/x"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("assert '2024-01-31' == '2024-02-01', in 3 steps", "assert '2024-01-31' == '2024-02-01', in 3 steps"),
    ],
)
def test_words_of_one_machine_and_one_run_are_taken_out(said: str, kept: str) -> None:
    root, home, tool = Path("/tmp/meta-check-x1/checkout"), "/tmp/meta-private-y2", Path("/opt/tool")
    assert plain(said, root, home, [tool]) == kept
