"""One receipt in full: what ran, on which commit, in which sandbox, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen

from tui.lines.format import plural
from tui.lines.sanitize import clean, one_line
from tui.widgets.key_line import KeyLine
from tui.widgets.text import Text
from tui.widgets.title_line import TitleLine
from tui.words.chain import OUTCOMES, again

if TYPE_CHECKING:
    from tui.loaders.proving import Proved
    from tui.loaders.receipt_view import ReceiptView

_MOST_TESTS = 400


class ReceiptScreen(Screen[None]):
    """Goes through several receipts with `n` and `p`."""

    CSS_PATH = "receipt.tcss"
    BINDING_GROUP_TITLE = "Receipt"
    BINDINGS = [
        Binding("n", "turn(1)", "Next", tooltip="The next receipt of the requirement", id="receipt.turn_next"),
        Binding("p", "turn(-1)", "Previous", tooltip="The receipt before it", id="receipt.turn_before"),
        Binding("y", "copy", "Copy command", tooltip="Copy the command that was run", id="receipt.copy"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="receipt.scroll_next"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="receipt.scroll_before"),
        Binding("g,home", "scroll(-99999)", "To the top", show=False, id="receipt.scroll_first"),
        Binding("G,end", "scroll(99999)", "To the end", show=False, id="receipt.scroll_last"),
        Binding("escape", "dismiss", "Back", tooltip="Back to the requirements", id="receipt.dismiss"),
        Binding("question_mark", "app.help", "Help", key_display="?", id="help"),
        Binding("q", "app.leave", "Quit", id="quit"),
    ]

    def __init__(self, receipts: Sequence[ReceiptView], proved: Proved | None, waiting: int) -> None:
        super().__init__()
        self.receipts, self.proved, self.waiting = tuple(receipts), proved, waiting
        self.place = 0

    def compose(self) -> ComposeResult:
        """A title, everything about the receipt, the keys."""
        yield TitleLine()
        with VerticalScroll(id="receipt"):
            yield Text(id="receipt-text")
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows the first one."""
        self.query_one("#receipt").focus()
        self._show()

    def _show(self) -> None:
        receipt = self.receipts[self.place]
        place = f"   {self.place + 1} of {len(self.receipts)}" if len(self.receipts) > 1 else ""
        title = Content.assemble(
            ("Receipt ", "bold"), (one_line(receipt.id), "bold $text-primary"), (place, "$text-muted")
        )
        self.query_one(TitleLine).show(title, self.waiting)
        self.query_one("#receipt-text", Text).update(receipt_content(receipt, self.proved))
        self.query_one("#receipt").scroll_home(animate=False)

    def action_turn(self, by: int) -> None:
        """Goes round the receipts."""
        self.place = (self.place + by) % len(self.receipts)
        self._show()

    def action_scroll(self, lines: int) -> None:
        """Scrolls."""
        self.query_one("#receipt").scroll_relative(y=lines, animate=False)

    def action_copy(self) -> None:
        """Copies the command."""
        command = " ".join(self.receipts[self.place].command)
        self.app.copy_to_clipboard(command)
        self.notify(command, title="Copied", markup=False, timeout=3)


def receipt_content(receipt: ReceiptView, proved: Proved | None) -> Content:
    """The verdict, the facts, the tests that did not pass, the output, the tests that did."""
    good = OUTCOMES["passed" if receipt.green else "failed"]
    verdict = "as expected" if receipt.green else "not as expected"
    expected = "" if receipt.expects == "pass" else "  (the tests had to fail: nothing was written yet)"
    lines = [
        Content.styled(one_line(receipt.sentence).replace("`", ""), "bold"),
        Content.assemble((f"{good.glyph} {verdict}", good.colour), (f"  {receipt.counted}{expected}", "$text-muted")),
        *again(receipt.id, proved),
        *(
            []
            if receipt.now
            else [
                Content.styled(
                    "≈ Files it speaks of have changed since. Proving again runs it on what is checked out.",
                    "$text-accent",
                )
            ]
        ),
        Content(""),
        *_facts(receipt),
    ]
    lines += _tests("Failed", receipt.failed, "failed") + _tests("Could not be loaded", receipt.broken, "failed")
    lines += _tests("Skipped", receipt.skipped, "skipped")
    if receipt.output.strip():
        lines += [Content(""), Content.styled("Output", "bold $text-primary"), Content(clean(receipt.output).rstrip())]
    return Content("\n").join([*lines, *_tests("Passed", receipt.passed, "passed")])


def _facts(receipt: ReceiptView) -> list[Content]:
    real = "everything" if receipt.real is None else ", ".join(receipt.real) or "nothing"
    facts = [
        ("step", " · ".join(filter(None, [receipt.lego, receipt.step]))),
        ("commit", receipt.commit),
        ("command", " ".join(receipt.command)),
        ("exit code", str(receipt.exit_code)),
        ("took", f"{receipt.duration:.1f} s"),
        ("at", receipt.when),
        ("real", real),
        ("fake", ", ".join(receipt.fake)),
        ("sandbox", receipt.sandbox),
        ("with", receipt.environment),
    ]
    return [Content.assemble((f"{name:<11}", "$text-muted"), one_line(text, 2000)) for name, text in facts if text]


def _tests(title: str, tests: Sequence[str], outcome: str) -> list[Content]:
    if not tests:
        return []
    look = OUTCOMES[outcome]
    lines = [
        Content(""),
        Content.assemble((title, f"bold {look.colour}"), (f"  {plural(len(tests), 'test')}", "$text-muted")),
    ]
    lines += [Content.assemble((f"{look.glyph} ", look.colour), one_line(test)) for test in tests[:_MOST_TESTS]]
    more = len(tests) - _MOST_TESTS
    return lines + ([Content.styled(f"… and {more} more", "$text-muted")] if more > 0 else [])
