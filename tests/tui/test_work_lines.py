"""What the LEGO view and the plan say, as plain lines; and the loaders that read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from engine.errors import MetaError
from tests.tui import fixture_files as files
from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tui.lego_data import first_tab, lego_at, sessions_of
from tui.lines.document import counts, diff_lines, drawn, file_lines, markdown_lines, one_diff
from tui.lines.text import ROOMY, TextLine, find, split_matches, wrap_lines
from tui.loaders.brief import costs, load_brief
from tui.loaders.diff import Attempt, AttemptDiff, load_diffs
from tui.loaders.documents import load_documents
from tui.loaders.plan import load_plan
from tui.loaders.receipts import load_receipts
from tui.loaders.session_files import load_session_files
from tui.tree.model import build, rows
from tui.words.lego import attempt_lines, brief_lines, receipt_lines, state_lines
from tui.words.plan import details, list_lines, title

DIFF = [
    "diff --git a/src/a.py b/src/a.py",
    "index 1..2 100644",
    "--- a/src/a.py",
    "+++ b/src/a.py",
    "@@ -3,3 +3,4 @@ class A:",
    " same",
    "-old",
    "+new [b]",
    "+--- not a header",
    " end",
]


def texts(lines: list[TextLine]) -> str:
    """All that stands in them."""
    return "\n".join("".join(text for text, _ in line.marks) + f"{line.text} {line.note}" for line in lines)


@given(st.text(max_size=60), st.text(max_size=10), st.text(max_size=12), st.integers(1, 50))
def test_no_row_is_wider_than_its_room(text: str, mark: str, note: str, width: int) -> None:
    line = TextLine(text.replace("\n", " "), marks=((mark, ""),), note=note)
    for row in wrap_lines([line], width):
        lead = min(line.lead(width), width - 1)
        assert lead + cell_len(row.text) <= max(width, lead + 2)
        assert not row.note or row.number or lead + cell_len(row.text) + cell_len(row.note) <= max(width, lead + 2)


def test_a_note_stands_beside_its_text_or_below_it() -> None:
    line = TextLine("a sentence", note="3 passed")
    assert [(row.text, row.note) for row in wrap_lines([line], 40)] == [("a sentence", "3 passed")]
    assert [(row.text, row.note) for row in wrap_lines([line], 12)] == [("a sentence", ""), ("", "3 passed")]


def test_searching_ignores_case_and_marks_each_match() -> None:
    assert find([TextLine("Store"), TextLine("x"), TextLine("a store")], "STORE") == [0, 2]
    assert split_matches("a Store store", "store") == [("a ", False), ("Store", True), (" ", False), ("store", True)]
    assert find([TextLine("x")], "") == []


def test_markdown_keeps_its_words_and_loses_its_marks() -> None:
    lines = markdown_lines(
        "# Title\n- **one** [b]\n| a | long |\n|---|---|\n| wide cell | b |\n```\n# code\n```\n## End"
    )
    assert [line.text for line in lines][:3] == ["Title", "one [b]", "| a         | long |"]
    assert lines[3].text == "| --------- | ---- |"
    assert (lines[6].text, lines[8].text) == ("# code", "End")
    assert lines[6].style != lines[0].style


def test_lines_of_a_paragraph_or_an_item_are_joined_and_nothing_else() -> None:
    text = "one\ntwo **b**\n\n- item\n  goes on\n- next\n# Head\nthree\n> said\nfour\n```\na\nb\n```\nfive"
    shown = [line.text for line in markdown_lines(text)]
    assert shown[:6] == ["one two b", "", "item goes on", "next", "Head", "three"]
    assert shown[6:] == ["said", "four", "```", "a", "b", "```", "five"]


def test_a_diff_has_signs_and_the_numbers_of_the_new_side() -> None:
    shown = ["".join(text for text, _ in line.marks) + line.text for line in one_diff(DIFF)]
    assert shown[1].strip() == "src/a.py"
    assert shown[3:] == ["    3   same", "      − old", "    4 + new [b]", "    5 + --- not a header", "    6   end"]


def test_where_there_is_much_room_a_diff_has_the_numbers_of_both_sides() -> None:
    lines = one_diff(DIFF)[3:]
    wide = ["".join(text for text, _ in line.marks_at(ROOMY)) for line in lines]
    assert wide == ["    3    3   ", "    4      − ", "         4 + ", "         5 + ", "    5    6   "]
    assert all(line.marks_at(ROOMY - 1) == line.marks for line in lines)
    assert [line.lead(ROOMY) - line.lead(ROOMY - 1) for line in lines] == [5] * 5


@pytest.mark.parametrize("width", [ROOMY - 1, ROOMY])
def test_rows_leave_room_for_both_numbers(width: int) -> None:
    (line,) = one_diff([*DIFF[:9], "+" + "x" * 300])[-1:]
    rows = wrap_lines([line], width)
    assert max(line.lead(width) + cell_len(row.text) for row in rows) == width


def test_a_diff_is_counted_without_its_headers() -> None:
    assert counts(DIFF[:9]) == (2, 1)


def test_only_opened_attempts_show_what_they_changed() -> None:
    attempts = [AttemptDiff("s2", "code · gen #2", note="It is at work.")]
    attempts.append(AttemptDiff("s1", "code · gen #1", "\n".join(DIFF)))
    diffs = list(map(drawn, attempts))
    assert [line.key for line in diff_lines(diffs, set())] == ["s2", "s1"]
    opened = diff_lines(diffs, {"s1"})
    assert len(opened) > 8 and "1 file  +2 −1" in texts(opened)


def test_the_cost_of_a_brief_follows_its_own_headings_and_not_those_in_fences() -> None:
    names = [part.name for part in costs(files.BRIEF)]
    assert names == [
        "Your task",
        "Instructions",
        "input design/design_store.md",
        "input src/reading_log/contracts/store.py",
        "Advice",
    ]


def test_a_brief_tells_its_whole_cost_and_why_cards_were_chosen(tmp_path: Path) -> None:
    one = views.session(tmp_path, "code", "store", "gen")
    assert load_brief(one.folder) is None
    files.write_brief(one)
    brief = load_brief(one.folder)
    assert brief is not None and brief.tokens == 172
    said = texts(brief_lines(brief, "code · gen #1"))
    assert "172 tokens" in said and "ENG-007" in said and "bubblewrap" in said


def test_a_session_file_that_is_broken_is_named(tmp_path: Path) -> None:
    one = views.session(tmp_path, "code", "store", "gen")
    files.write_brief(one)
    (one.folder / "session.json").write_text("{")
    with pytest.raises(MetaError, match=r"session\.json"):
        load_brief(one.folder)


def test_state_tells_why_and_what_failed(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    said = texts(state_lines([one for one in view.steps if one.lego == "store"], NOW))
    assert "after a check that failed" in said
    assert "contracts of store," in said
    assert "KeyError: 'title' [line 41]" in said


def test_a_receipt_opens_to_command_tests_and_sandbox(tmp_path: Path) -> None:
    files.write_receipts(tmp_path)
    found = load_receipts(tmp_path, "store")
    assert [one.id for one in found] == ["code-store-2", "tests-store-1"]
    closed = texts(receipt_lines(found, set()))
    assert "3 passed, 2 failed · 2.3 s" in closed and "passes for store with store real" in closed
    opened = texts(receipt_lines(found, {"code-store-2"}))
    for words in ("python -m pytest", "bubblewrap", "2 failed", "KeyError [b]", "\n        ✗ tests.contract"):
        assert words in opened
    assert "\x1b" not in opened
    assert load_receipts(tmp_path, "parser") == ()


def test_an_attempt_opens_to_its_reason_and_files(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    sessions = sessions_of(view, "store")
    failed = next(one for one in sessions if one.outcome == "failed")
    live = sessions[0]
    listed = {live.id: load_session_files(live.folder), failed.id: load_session_files(failed.folder)}
    said = texts(attempt_lines(sessions, {failed.id, live.id}, listed, NOW))
    assert "2 tests failed: test_put_twice" in said
    assert "brief.md" in said and "its folder is not there" in said
    assert "being read" in texts(attempt_lines(sessions, {live.id}, {}, NOW))


def test_the_tab_that_matters_most_comes_first(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    assert [first_tab(view, lego) for lego in ("store", "parser", "report")] == ["live", "attempts", "attempts"]
    assert first_tab(views.failed(tmp_path), "store") == "state"
    assert first_tab(views.failed(tmp_path), "nobody") == "state"


def test_every_node_below_a_lego_means_that_lego(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    every = dict.fromkeys([row.node.key for row in rows(build(view), {})], True)
    nodes = {row.node.key: row.node for row in rows(build(view), every)}
    nodes |= {row.node.key: row.node for row in rows(build(view), dict.fromkeys(nodes, True))}
    assert lego_at(nodes["lego:7:store"], view) == "store"
    below = [node for key, node in nodes.items() if "code_store" in key or "store-code" in key]
    assert below and {lego_at(node, view) for node in below} == {"store"}
    assert lego_at(nodes["phase:7"], view) == lego_at(None, view) == ""


def test_documents_come_from_the_workspace(tmp_path: Path) -> None:
    files.write_plan(tmp_path)
    found = load_documents(tmp_path, "store", "design", "")
    assert (found.files, found.wanted) == ((), ("design/design_store.md",))
    files.write_documents(tmp_path)
    assert "Design of store" in texts(file_lines(load_documents(tmp_path, "store", "design", "")))
    tests = load_documents(tmp_path, "store", "tests", "")
    assert {file.path for file in tests.files} == {
        "tests/contract/test_store.py",
        "tests/fakes/store.py",
        "tests/unit/store/test_index.py",
    }


def test_what_has_not_landed_comes_from_the_legos_branch(tmp_path: Path) -> None:
    view = files.commit_work(tmp_path, files.built(tmp_path))
    files.write_documents(tmp_path)
    tip = next(one.commit for one in view.sessions if one.commit)
    assert load_documents(tmp_path, "store", "contract", tip).place == "in the workspace"
    from engine.git import Repository

    repository = Repository(tmp_path)
    repository.run("add", "design")
    repository.run("commit", "--quiet", "-m", "design")
    (tmp_path / "design" / "design_store.md").write_text("edited")
    found = load_documents(tmp_path, "store", "design", repository.head() or "")
    assert "not landed" in found.place and "edited" not in found.files[0].text


def test_the_diff_of_an_attempt_is_what_lies_between_its_commits(tmp_path: Path) -> None:
    view = files.commit_work(tmp_path, files.built(tmp_path), 5)
    one = next(each for each in view.sessions if each.commit)
    [found] = load_diffs(tmp_path, [Attempt(one.id, "code · gen #1", one.base, one.commit)])
    assert counts(found.lines) == (8, 3)
    [lost] = load_diffs(tmp_path, [Attempt("x", "x", "0" * 40, "1" * 40)])
    assert lost.text == "" and "failed" in lost.note


def test_a_running_attempt_shows_its_worktree_with_new_files(tmp_path: Path) -> None:
    view = files.commit_work(tmp_path, files.built(tmp_path))
    one = next(each for each in view.sessions if each.commit)
    (tmp_path / "src" / "reading_log" / "store" / "new.py").write_text("x = 1\ny = 2\n")
    (tmp_path / "src" / "reading_log" / "store" / "__init__.py").write_text("changed\n")
    [found] = load_diffs(tmp_path, [Attempt("s", "s", one.commit, "", tmp_path)])
    shown = texts(one_diff(found.lines))
    assert "store/new.py" in shown and "+ y = 2" in shown and "+ changed" in shown
    [gone] = load_diffs(tmp_path, [Attempt("s", "s", one.commit, "", tmp_path / "nowhere")])
    assert gone.note == "It has changed nothing yet."


def test_the_plan_says_of_each_lego_what_it_needs_and_who_needs_it(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    plan = load_plan(tmp_path)
    assert plan is not None
    assert title(plan, view) == "5 LEGOs: 2 running, 1 waiting approval, 2 ready"
    assert "needs store" in texts(list_lines(plan, view))
    query = plan.lego("query")
    assert query is not None
    said = texts(details(query, plan, view))
    assert "report, cli" in said and "contracts/query.py" in said and "R-003, R-008" in said
    assert "[and nothing else]" in said


def test_no_plan_is_no_error_and_a_broken_one_is(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").mkdir()
    assert load_plan(tmp_path) is None
    (tmp_path / "lego_plan.json").write_text("[]")
    with pytest.raises(MetaError, match="lego_plan"):
        load_plan(tmp_path)


def test_a_lego_that_is_planned_but_not_begun_is_pending(tmp_path: Path) -> None:
    view = files.built(tmp_path)._replace(legos=())
    plan = load_plan(tmp_path)
    assert plan is not None and title(plan, view) == "5 LEGOs: 5 pending"
