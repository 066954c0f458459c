"""Traceability: each requirement, the tests that name it, the LEGOs that do it, the receipts that show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content
from textual.worker import Worker, WorkerState, get_current_worker

from tui.lines.format import duration
from tui.lines.item import Item
from tui.lines.sanitize import one_line
from tui.loaders import proving, traceability
from tui.loaders.proving import Proved
from tui.loaders.traceability import Link, Traceability
from tui.screens.browse import COMMON, BrowseScreen, explain
from tui.words.chain import STATES, chain, proof_note, state_of

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView


class TraceabilityScreen(BrowseScreen[Traceability]):
    """`enter` opens the receipt behind a requirement, `r` runs every receipt again."""

    BINDING_GROUP_TITLE = "Traceability"
    LOADING = "Following the requirements to their receipts …"
    SEARCH_HINT = "words of a requirement, a LEGO, a test, or proven, broken, unproven"
    BINDINGS = [
        Binding(
            "enter", "choose", "Receipt", tooltip="Open the receipt behind the requirement", id="traceability.choose"
        ),
        Binding(
            "r",
            "prove",
            "Prove again",
            id="traceability.prove",
            tooltip="Run every receipt again in a clean checkout (meta prove)",
        ),
        Binding("x", "stop", "Stop proving", id="traceability.stop_proving", show=False, tooltip="Stop proving again"),
        Binding(
            "u",
            "toggle_open",
            "Open only",
            id="traceability.open_only",
            tooltip="Only what is not proven, or everything",
        ),
        Binding(
            "y",
            "copy",
            "Copy",
            id="traceability.copy",
            show=False,
            tooltip="Copy the requirement with its tests and receipts",
        ),
        *COMMON,
    ]
    open_only = False
    proved: Proved | None = None
    proving_since: float | None = None

    def load(self) -> Traceability:
        """The chain as of what is checked out."""
        return traceability.load(self.view.folder)

    def depends_on(self, view: WorkspaceView) -> object:
        """Checks make receipts, and steps that are done make commits."""
        return [(step.status, len(step.checks)) for step in view.steps]

    def title_text(self) -> Content:
        """How many requirements are in which state."""
        title = Content.styled("Traceability", "bold")
        if self.data is None or not self.data.links:
            return title
        counts: list[Content] = []
        for state, look in STATES.items():
            number = sum(self._state(link) == state for link in self.data.links)
            if number:
                counts.append(Content.styled(f"{look.glyph} {number} {state}", look.colour))
        text = title + Content("   ") + Content("  ").join(counts)
        if self.data.commit:
            text += Content.styled(f"   commit {self.data.commit[:10]}", "$text-muted")
        return text + Content.styled("   only what is not proven" if self.open_only else "", "bold $text-warning")

    def items(self, data: Traceability) -> Sequence[Item]:
        """A line a requirement."""
        links = [link for link in data.links if not (self.open_only and self._state(link) == "proven")]
        return [self._item(link) for link in links]

    def _item(self, link: Link) -> Item:
        state = self._state(link)
        look = STATES[state]
        left = Content.assemble(
            (f"{look.glyph} ", look.colour), (f"{link.id}  ", "bold"), one_line(link.text).replace("`", "")
        )
        facts = f"{len(link.tests):>3} tests  " if link.tests else " no tests  "
        right = Content.assemble((facts, "$text-muted"), (f"{state:<8}", look.colour))
        return Item(link.id, left, right, f"{link.words} {state}")

    def _state(self, link: Link) -> traceability.Proof:
        return state_of(link, self.proved)

    def empty(self, data: Traceability) -> Content:
        """Why there is nothing to follow."""
        if data.links:
            return Content.styled("✓ Everything is proven. u shows all requirements.", "$text-success")
        said = data.missing or "requirements.md holds no requirement with an id such as R-001."
        return Content.styled(f"{said} Requirements show here with their tests and receipts.", "$text-muted")

    def describe(self, data: Traceability, key: str) -> Content:
        """The chain of one requirement."""
        link = data.link(key)
        return Content("") if link is None else chain(link, data, self.proved)

    def choose(self, key: str) -> None:
        """Opens the receipts of the requirement."""
        if self.data is None or (link := self.data.link(key)) is None:
            return
        found = [receipt for id_ in link.receipts if (receipt := self.data.receipt(id_))]
        if not found:
            self.notify(link.why or "No check has run for it yet.", title="There is no receipt", markup=False)
            return
        from tui.screens.receipt import ReceiptScreen

        self.app.push_screen(ReceiptScreen(found, self.proved, len(self.view.waiting)))

    def action_prove(self) -> None:
        """Runs every receipt again, beside what goes on here."""
        if self.proving_since is not None:
            self.notify("It is being proven again already. x stops that.")
            return
        self.proving_since = self.clock()
        folder = self.view.folder

        def work() -> Proved:
            worker = get_current_worker()
            return proving.prove(folder, lambda: worker.is_cancelled)

        self.run_worker(work, thread=True, group="prove", name="proving again", exit_on_error=False)
        self.tick()

    def action_stop(self) -> None:
        """Stops proving again."""
        if self.proving_since is not None:
            self.workers.cancel_group(self, "prove")

    def tick(self) -> None:
        """The time moves on while something is proven."""
        if self.proving_since is not None:
            time = duration(self.clock() - self.proving_since)
            text = "Every receipt is run again in a clean checkout of the commit. You can go on reading."
            self.note(
                Content.assemble(
                    ("◐ Proving again  ", "bold $text-secondary"),
                    (f"{time}  ", "$text-muted"),
                    text,
                    ("  x stops", "$text-muted"),
                )
            )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Proving ended; or the chain was loaded."""
        if event.worker.group != "prove":
            return
        event.stop()
        if event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        took = duration(self.clock() - (self.proving_since or self.clock()))
        self.proving_since = None
        self.proved = _outcome(event)
        self.note(proof_note(self.proved, took))
        self.draw()

    def action_toggle_open(self) -> None:
        """Only what is left to prove, or everything."""
        self.open_only = not self.open_only
        self.draw()

    def action_copy(self) -> None:
        """Copies what is known of the requirement."""
        if self.data is not None and (link := self.data.link(self.list.selected)) is not None:
            lines = [f"{link.id} {link.text}", *(f"{test.outcome}: {test.name}" for test in link.tests), *link.receipts]
            self.app.copy_to_clipboard("\n".join(lines))
            self.notify(link.id, title="Copied", markup=False, timeout=3)

    def action_back(self) -> None:
        """First takes away what was said of the last proof."""
        if self.proving_since is None and self.query_one("#browse-note").display and not self.has_class("-searching"):
            self.note(None)
        else:
            super().action_back()


def _outcome(event: Worker.StateChanged) -> Proved:
    """What the worker found, or why there is nothing."""
    if event.state == WorkerState.ERROR:
        return Proved(trouble=explain(event.worker.error))
    if event.state == WorkerState.SUCCESS and isinstance(event.worker.result, Proved):
        return event.worker.result
    return Proved(trouble="Stopped before it was done.")
