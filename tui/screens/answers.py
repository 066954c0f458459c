"""Questions of a session to the person: a line each, beside the answer the session proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from tui.decide import Answer
from tui.keys import shown_key
from tui.lines.format import plural
from tui.lines.sanitize import clean
from tui.screens.question import QuestionScreen
from tui.widgets.key_line import KeyLine
from tui.words.questions import asked

if TYPE_CHECKING:
    from tui.app import MetaApp
    from tui.editing.drafts import GateDraft
    from tui.messages import Clock
    from tui.read_model import WaitingView, WorkspaceView

_SENDS = "ctrl+s,ctrl+r,ctrl+enter"
_SEND = "Send what is answered"
_TAKE = "Answer as the session proposes"
_NEXT = "The next question that waits for you"
_LATER = "Leave the questions open"
_NONE = "Nothing is answered yet. A single answer is enough; esc leaves all of them open."


class AnswersScreen(QuestionScreen):
    """A question without an answer stays open, and the form says so. `esc` leaves all open; what was typed is kept."""

    CSS_PATH = "answers.tcss"
    AUTO_FOCUS = "Input"
    FIRST_LINE = "#answers-title"
    BINDING_GROUP_TITLE = "Questions"
    BINDINGS = [
        Binding(
            "ctrl+s,ctrl+r,ctrl+enter", "send", "Send answers", True, priority=True, id="answers.send", tooltip=_SEND
        ),
        Binding("ctrl+t", "take", "Take proposal", True, priority=True, id="answers.take", tooltip=_TAKE),
        Binding("ctrl+n", "turn(1)", "Next", True, priority=True, id="answers.next", tooltip=_NEXT),
        Binding("down", "app.focus_next", "Next line", False, id="answers.next_line"),
        Binding("up", "app.focus_previous", "Line before", False, id="answers.line_before"),
        Binding("escape", "later", "Later", True, priority=True, id="answers.later", tooltip=_LATER),
    ]
    app: MetaApp

    def __init__(self, view: WorkspaceView, waiting: WaitingView, clock: Clock, draft: GateDraft) -> None:
        super().__init__(view, waiting, clock, draft)
        self.questions = [asked(question) for question in waiting.questions]

    def compose(self) -> ComposeResult:
        """The questions, each with its input."""
        send = shown_key(self.app.keymap, "answers.send", "ctrl+s")
        take = shown_key(self.app.keymap, "answers.take", "ctrl+t")
        yield Static(id="answers-title")
        with VerticalScroll(id="form", can_focus=False):
            yield Label(
                "Your answers become part of the next session's brief. A line left empty stays open.", classes="hint"
            )
            for number, question in enumerate(self.questions):
                yield Label(Content(f"{number + 1}. {clean(question.question)}"), classes="question")
                if question.proposed:
                    yield Label(
                        Content.assemble(
                            ("Proposed: ", "bold"), clean(question.proposed), (f"  {take} takes it", "dim")
                        ),
                        classes="proposed",
                    )
                typed = self.draft.answers.get(question.text, "")
                yield Input(typed, id=f"answer-{number}", placeholder="stays open while this is empty")
            yield Label("", id="answers-state")
            yield Button(Content(f"Send answers  {send}"), id="send", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Says how far it is."""
        self.show_first_line()
        self._show_state()
        if self.app.live:
            self.set_interval(1.0, self.show_first_line)

    def show_view(self, view: WorkspaceView) -> None:
        """The queue may have become longer or shorter."""
        self.follow(view)
        self.show_first_line()

    def _show_state(self, complaint: str = "") -> None:
        given, of = sum(map(bool, self._given().values())), len(self.questions)
        left = of - given
        state = "All answered." if not left else f"{given} of {of} answered; {plural(left, 'question')} left open."
        if left == 1 and given:
            state = f"{given} of {of} answered; 1 question stays open."
        last = 0 < self.waiting.interviews <= self.waiting.interview
        warning = " This is the last round: with questions left open the step may stop." if left and last else ""
        label = self.query_one("#answers-state", Label)
        label.set_class(bool(complaint), "-complaint")
        label.update(complaint or state + warning)

    def _given(self) -> dict[str, str]:
        return {question.text: self._input(n).value.strip() for n, question in enumerate(self.questions)}

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every letter is kept, for the form may be closed."""
        number = int((event.input.id or "answer-0").removeprefix("answer-"))
        self.draft.write_answer(self.questions[number].text, event.value)
        self._show_state()

    def on_input_submitted(self) -> None:
        """Enter goes to the next line."""
        self.focus_next()

    def on_button_pressed(self) -> None:
        """The one button sends."""
        self.action_send()

    def action_take(self) -> None:
        """Writes the proposed answer into the line in use, where it can still be changed."""
        line = self.focused
        if not isinstance(line, Input) or line.id is None:
            return
        proposed = clean(self.questions[int(line.id.removeprefix("answer-"))].proposed)
        if proposed:
            line.value = " ".join(proposed.split())
            line.cursor_position = len(line.value)
        else:
            self.notify("The session proposed no answer to this question.")

    def action_send(self) -> None:
        """Sends what is answered; an empty form is not an answer."""
        answers = self._given()
        if any(answers.values()):
            self.send(Answer("answer", answers=answers))
        else:
            self._show_state(_NONE)
            self._input(0).focus()

    def action_turn(self, by: int) -> None:
        """To another question that waits; these stay open."""
        self.app.turn_gate(self, self.waiting, by)

    def action_later(self) -> None:
        """The questions stay open, and what was typed is kept."""
        self.dismiss(None)

    def _input(self, number: int) -> Input:
        return self.query_one(f"#answer-{number}", Input)
