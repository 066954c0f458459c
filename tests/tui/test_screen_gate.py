"""At a gate: the queue, the diff, comments on lines, receipts, and that nothing typed is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from engine.git import Repository
from engine.state.models import Comment, GateFact, StepRecord
from tests.scripted import kitchen_with_cooks
from tests.tui import fixture_gate as given
from tests.tui import fixture_views as views
from tests.tui.journeys import decisions, press, press_when_calm, said, screen, settle, text_of
from tui.assemble import approval, asked_for, left_open, made_in
from tui.loaders.first_version import with_own_edits
from tui.loaders.gate import load_page
from tui.read_model import ApprovedView, CommentView, ViewReader, WorkspaceView
from tui.screens.answers import AnswersScreen
from tui.screens.approval import ApprovalScreen
from tui.screens.ask_text import AskComment
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen
from tui.screens.receipt import ReceiptScreen
from tui.widgets.lines_view import LinesView
from tui.words.questions import asked


def typed(pilot: Pilot[Any]) -> str:
    return pilot.app.screen.query_one("#comment", TextArea).text


async def test_the_diff_is_against_the_version_approved_last_without_the_notes(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "3")
        text = text_of(pilot)
        assert "−  - No colours." in text and "is an [error]" in text
        assert "+  | R-003 | a missing title is refused with exit code 2" in text
        assert "changed since the last approval" in text and "Approved before: round 1, 2 h ago" in text


async def test_with_much_room_the_diff_has_the_line_numbers_of_both_sides(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path), size=(200, 60)) as pilot:
        await press(pilot, "a", "3")
        text = text_of(pilot)
        assert "  13    13     - No network." in text
        assert "  15        −  - No colours." in text and "        14  +  - No accounts:" in text
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "  13     - No network." in text_of(pilot) and "  15   " not in text_of(pilot)


async def test_a_first_version_says_that_there_is_nothing_to_compare(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "3")
        assert "First version" in text_of(pilot)


def first_version(folder: Path, mine: str, made_in: str | None = None) -> WorkspaceView:
    """Generated, committed, and then edited by hand; nothing was approved yet."""
    view = views.waiting(folder)
    (step,) = [one for one in view.steps if one.name == "requirements"]
    file = folder / "requirements.md"
    commit = Repository.init(folder).commit_files(None, {file.name: file.read_bytes()}, "gen", "refs/heads/main")
    file.write_text(file.read_text().replace("# Requirements", mine))
    step = step._replace(made_in=((file.name, made_in or commit),))
    return view._replace(phases=(*view.phases[:3], view.phases[3]._replace(steps=(step,)), *view.phases[4:]))


async def test_a_first_version_that_a_person_edited_shows_what_was_generated_beside_what_is(tmp_path: Path) -> None:
    async with screen(first_version(tmp_path, "# My [own] requirements")) as pilot:
        await press(pilot, "a", "3")
        text = text_of(pilot)
        assert "−  # Requirements" in text and "+  # My [own] requirements" in text
        assert "first version, with your edits since it was generated" in text and "last approval" not in text


async def test_a_first_version_as_it_was_generated_has_no_diff(tmp_path: Path) -> None:
    async with screen(first_version(tmp_path, "# Requirements")) as pilot:
        await press(pilot, "a", "3")
        assert "First version: nothing" in text_of(pilot)


async def test_a_first_version_whose_generated_text_git_has_lost_says_so(tmp_path: Path) -> None:
    async with screen(first_version(tmp_path, "# Mine", "1" * 40)) as pilot:
        await press(pilot, "a", "3")
        assert "First version: nothing" in text_of(pilot) and "As it was generated it cannot be read" in text_of(pilot)


def test_edits_of_a_first_version_are_told_before_and_after_the_engine_asks_again(tmp_path: Path) -> None:
    kitchen = kitchen_with_cooks(tmp_path)
    try:
        kitchen.run()
        menu = kitchen.root / "menu.md"
        menu.write_text("By me.\n" + menu.read_text())
        for _ in range(2):
            view = ViewReader(kitchen.root)()
            step = view.step(view.waiting[0].gate)
            assert step is not None and step.approved is None
            page = load_page(kitchen.root, "menu.md", dict(view.waiting[0].about)["menu.md"], "")
            page = with_own_edits(kitchen.root, page, dict(step.made_in)["menu.md"])
            assert page.before == "edited" and "+By me." in page.diff
            kitchen.run()
    finally:
        kitchen.end()


def test_a_file_was_made_in_the_commit_that_does_not_have_the_change_of_a_person() -> None:
    record = StepRecord(commit="c1", generated="g1", outputs={"a.md": "1", "b.md": "2"}, edited=["b.md"])
    assert dict(made_in(record)) == {"a.md": "c1", "b.md": "g1"}
    assert dict(made_in(StepRecord(outputs={"a.md": "1"}))) == {}


async def test_a_version_that_git_has_lost_is_said(tmp_path: Path) -> None:
    view = given.gate_with_a_past(tmp_path)
    step = view.step("requirements")
    assert step is not None and step.approved is not None
    lost = step._replace(approved=step.approved._replace(about=(("requirements.md", "1" * 40),)))
    phases = (*view.phases[:3], view.phases[3]._replace(steps=(lost,)), *view.phases[4:])
    async with screen(view._replace(phases=phases)) as pilot:
        await press(pilot, "a", "3")
        assert "no longer in the history of git" in text_of(pilot)


async def test_a_comment_on_a_line_goes_with_the_revision(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "2", "j", "j", "c", *"why [b]?", "ctrl+r")
        assert "┃ why [b]?" in text_of(pilot) and "Your 1 comment" in text_of(pilot)
        await press_when_calm(pilot, "r", "ctrl+r")
        written = decisions(tmp_path)["requirements"]
        assert (written["decision"], written["round"], written["comment"]) == ("revise", 3, "")
        assert written["comments"] == [
            {
                "id": "c3_1",
                "file": "requirements.md",
                "line": 3,
                "quote": "What **reading_log** must do, in testable statements.",
                "text": "why [b]?",
            }
        ]


async def test_a_hunk_and_a_removed_line_can_be_commented_on(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "3", "c", *"all of it", "ctrl+r", "j", "j", "j", "j", "j", "c", *"gone", "ctrl+r")
        await press_when_calm(pilot, "r", *"also", "ctrl+r")
        written = decisions(tmp_path)["requirements"]
        assert written["comment"] == "also"
        removed, hunk = sorted(written["comments"], key=lambda comment: comment["line"] or 0)
        assert (removed["line"], hunk["line"]) == (None, 6)
        assert removed["quote"].startswith("removed: | R-003") and hunk["quote"].startswith("-| R-003")


async def test_comments_and_half_typed_words_survive_closing_the_dialog(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "2", "c", *"kept", "ctrl+r", "j", "j", "c", *"half", "escape")
        await press_when_calm(pilot, "r", *"message", "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)
        assert decisions(tmp_path) == {}
        await press(pilot, "a", "2")
        assert "┃ kept" in text_of(pilot)
        assert "Begun, not kept" in text_of(pilot) and "┃ half" in text_of(pilot)
        await press(pilot, "j", "j", "c")
        assert typed(pilot) == "half"
        await press_when_calm(pilot, "escape", "r")
        assert typed(pilot) == "message"


async def test_a_comment_can_be_changed_and_removed(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "2", "c", *"one", "ctrl+r", "c", *" two", "ctrl+r")
        assert "┃ one two" in text_of(pilot)
        await press(pilot, "tab", "g", "enter")
        assert typed(pilot) == "one two"
        await press(pilot, *" again", "escape")
        assert "┃ one two again" in text_of(pilot)
        await press(pilot, "g", "j", "x")
        assert "again" not in text_of(pilot) and "┃ one two" in text_of(pilot)
        await press(pilot, "g", "x")
        assert "one two" not in text_of(pilot)


async def test_the_rendered_text_leads_to_its_lines_before_a_comment(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "c")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert "| R-001 |" in text_of(pilot) and "Comments stand on lines" in said(pilot)


async def test_approving_with_comments_asks_first(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "2", "c", *"hm", "ctrl+r")
        await press_when_calm(pilot, "a")
        assert isinstance(pilot.app.screen, Confirm)
        assert decisions(tmp_path) == {}


async def test_comments_of_the_last_round_stand_beside_how_they_were_met(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a")
        text = text_of(pilot)
        for words in ("1 of 2 answered", "→ R-003 names exit code 2 now.", "→ Not answered by the session."):
            assert words in text
        assert "? Who reads the log?" in text and "? Is an empty title a missing title?" in text


async def test_a_result_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    view = given.gate_with_a_past(tmp_path)
    step = view.step("requirements")
    assert step is not None
    (step.sessions[0].folder / "result.json").write_text("{")
    async with screen(view) as pilot:
        await press(pilot, "a", "tab", "G")
        assert "result.json is not JSON" in text_of(pilot)


async def test_enter_on_a_criterion_opens_its_receipt(tmp_path: Path) -> None:
    given.write_receipt(tmp_path)
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "tab", "j", "enter")
        assert isinstance(pilot.app.screen, ReceiptScreen)
        assert "2 passed [ok]" in text_of(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_two_criteria_may_share_a_receipt(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    step = view.step("requirements")
    assert step is not None
    shared = tuple(one._replace(receipt="r-0032") for one in step.checks[0].criteria)
    same = step._replace(checks=(step.checks[0]._replace(criteria=shared),))
    phases = (*view.phases[:3], view.phases[3]._replace(steps=(same,)), *view.phases[4:])
    async with screen(view._replace(phases=phases)) as pilot:
        await press(pilot, "a", "tab", "j", "j")
        assert pilot.app.screen.query_one("#evidence", LinesView).cursor == "receipt 2 r-0032"


async def test_a_receipt_that_is_gone_is_said(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "tab", "enter")
        assert "The receipt r-0031 is gone." in said(pilot)


async def test_n_goes_round_the_questions_that_wait(tmp_path: Path) -> None:
    async with screen(given.queue_of_two(tmp_path)) as pilot:
        await press(pilot, "a")
        assert "1 of 2  Approve Requirements" in text_of(pilot)
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, AnswersScreen)
        assert "2 of 2  Answer Essence" in text_of(pilot) and "round 2 of 3" in text_of(pilot)
        await press(pilot, "ctrl+n")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert len(pilot.app.screen_stack) == 2
        assert decisions(tmp_path) == {}


async def test_after_turning_to_another_question_a_key_decides_nothing_at_once(tmp_path: Path) -> None:
    view = given.gate_with_a_past(tmp_path)
    other = view.waiting[0]._replace(gate="essence", step="essence")
    async with screen(view._replace(waiting=(*view.waiting, other))) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "right_square_bracket")
        await press(pilot, "a")
        assert decisions(tmp_path) == {}
        await press_when_calm(pilot, "a")
        assert list(decisions(tmp_path)) == ["essence"]


async def test_n_where_nothing_else_waits_says_so_and_stays(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a", "n")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert "Nothing else waits for you" in said(pilot)


async def test_answers_typed_before_the_form_was_closed_are_there_again(tmp_path: Path) -> None:
    async with screen(given.queue_of_two(tmp_path)) as pilot:
        await press(pilot, "a", "n", *"me", "escape")
        await press(pilot, "a", "n")
        assert pilot.app.screen.query_one("#answer-0", Input).value == "me"


async def test_a_proposed_answer_is_shown_and_taken_with_one_key(tmp_path: Path) -> None:
    async with screen(given.queue_of_two(tmp_path)) as pilot:
        await press(pilot, "a", "n")
        assert "Proposed: nobody [for now]." in text_of(pilot)
        await press(pilot, "ctrl+t", "ctrl+r")
        answers = decisions(tmp_path)["essence"]["answers"]
        assert [answer for answer in answers.values() if answer] == ["nobody [for now]."]


async def test_what_was_sent_is_no_draft_any_more(tmp_path: Path) -> None:
    async with screen(given.gate_with_a_past(tmp_path)) as pilot:
        await press(pilot, "a", "2", "c", *"once", "ctrl+r")
        await press_when_calm(pilot, "r", "ctrl+r")
        await press(pilot, "a", "2")
        assert "once" not in text_of(pilot)


async def test_a_draft_survives_a_decision_that_could_not_be_written(tmp_path: Path) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / ".orchestrator").write_text("a file where a folder belongs")
    async with screen(view) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "r", *"words", "ctrl+r")
        await press(pilot, "a")
        await press_when_calm(pilot, "r")
        assert isinstance(pilot.app.screen, AskComment)
        assert typed(pilot) == "words"


def test_a_question_is_split_from_the_answer_it_proposes() -> None:
    split = {
        "Who reads it? Proposed: nobody.": ("Who reads it?", "nobody."),
        "Who reads it? (proposed answer: nobody)": ("Who reads it?", "nobody"),
        "Which format? I propose JSON, one file.": ("Which format?", "JSON, one file."),
        "Which format? My proposal is JSON.": ("Which format?", "JSON."),
        "Is the default right?": ("Is the default right?", ""),
        "Tell me more.": ("Tell me more.", ""),
        "Which one? There are two: a and b.": ("Which one? There are two: a and b.", ""),
    }
    for text, (question, proposed) in split.items():
        assert (asked(text).question, asked(text).proposed) == (question, proposed)


def test_the_view_tells_the_last_approval_the_comments_and_what_was_left_open() -> None:
    about = {"requirements.md": "1" * 40}
    gates = [
        GateFact(gate="requirements", round=1, decision="approve", about=about, by="a person"),
        GateFact(gate="requirements", round=2, decision="revise", about={"requirements.md": "2" * 40}),
    ]
    comment = Comment(id="c2", text="shorter", file="requirements.md", line=3, quote="What")
    record = StepRecord(gates=gates, comments=[comment], answers={"Who?": " ", "What?": "a log"})
    assert approval(record) == ApprovedView((("requirements.md", "1" * 40),), 1, None, "a person")
    assert asked_for(record) == (CommentView("c2", "shorter", "requirements.md", 3, "What"),)
    assert left_open(record) == ("Who?",)
