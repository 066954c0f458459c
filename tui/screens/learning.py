"""What a run teaches, as keys of the wisdom browser: a retrospective is begun, what it proposes is decided."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.worker import Worker, WorkerState

from tui.editing.edit import edit_file
from tui.errand import Errand
from tui.lines.format import duration
from tui.loaders import learned
from tui.loaders.command import meta_command
from tui.loaders.learned import Learned, ProposalView
from tui.loaders.wisdom import Wisdom
from tui.screens.browse import BrowseScreen, explain
from tui.words.cards import PROPOSED, at_work_note, cut_off_note, ended_note

if TYPE_CHECKING:
    from tui.app import MetaApp
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

LEARNING_KEYS = (
    Binding("A", "approve(False)", "Take it", id="wisdom.approve", tooltip="Take what is proposed for all your runs"),
    Binding(
        "H",
        "approve(True)",
        "Take it here",
        id="wisdom.approve_here",
        tooltip="Take what is proposed for this app alone",
    ),
    Binding("e", "edit", "Edit", id="wisdom.edit", tooltip="Edit what is proposed, before it is taken"),
    Binding("D", "decline", "Decline", id="wisdom.decline", tooltip="Turn down what is proposed"),
    Binding(
        "L",
        "learn",
        "Learn",
        id="wisdom.learn",
        tooltip="Look back at this run: agents propose cards and patterns from what failed (meta wisdom learn)",
    ),
)
_OPEN, _DECIDABLE = ("edit", "decline"), ("approve",)
_MOST_SAID = 6


class LearningScreen(BrowseScreen[Wisdom]):
    """`edits`: cards and patterns as the person wrote them, by id; they are nowhere else before they are taken."""

    app: MetaApp

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool) -> None:
        super().__init__(view, clock, live=live)
        self.edits: dict[str, ProposalView] = {}
        self._ended: Errand | None = None

    @property
    def learned(self) -> Learned:
        """What is proposed, as far as it was read."""
        return self.data.learned if self.data else Learned()

    @property
    def proposal(self) -> ProposalView | None:
        """The proposal under the cursor, as the person wrote it where they did."""
        key = self.list.selected
        if not key.startswith(PROPOSED):
            return None
        id_ = key.removeprefix(PROPOSED)
        found = self.learned.proposal(id_)
        return self.edits.get(id_, found) if found and found.state == "open" else found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the line under the cursor."""
        if action in _OPEN:
            return self.proposal is not None and self.proposal.state == "open"
        if action in _DECIDABLE:
            return self.proposal is not None and self.proposal.state in ("open", "declined")
        return True

    def draw(self) -> None:
        """The note and the keys as well."""
        super().draw()
        self.tick()
        self.refresh_bindings()

    def on_item_list_selected(self) -> None:
        """Other keys for a proposal than for what is in force."""
        self.refresh_bindings()

    def tick(self) -> None:
        """How far the retrospective is; when it ends, what it proposes is read."""
        errand = self.app.errand
        if errand is not None and errand.code is None:
            self.note(at_work_note("".join(errand.said()), duration(self.clock() - errand.began)))
        elif errand is not None:
            if self._ended is not errand:
                self._ended = errand
                self.reload()
            self.note(ended_note(errand.code or 0, errand.said(_MOST_SAID), self.learned))
        elif self.learned.under_way:
            self.note(at_work_note("begun elsewhere", ""))
            if not any(map(learned.at_work, self.learned.under_way)):
                self.reload()
        else:
            self.note(cut_off_note() if self.learned.cut_off else None)

    def action_learn(self) -> None:
        """Begins a retrospective as a process of its own, with the runtimes of this run."""
        supervisor, errand = self.app.supervisor, self.app.errand
        if supervisor is None:
            self.notify("This screen only watches: `meta wisdom learn` does it.", markup=False)
        elif self.view.engine.running:
            self.notify("Look back when the run has ended, or has stopped.", title="The engine is at work")
        elif (errand is not None and errand.code is None) or self.learned.under_way:
            self.notify("It is under way.", title="Looking back at the run")
        else:
            command = meta_command(
                "wisdom", "learn", str(self.view.folder), *supervisor.arguments, *supervisor.preferred
            )
            log = self.view.folder / ".orchestrator" / "learn.log"
            try:
                self.app.errand = Errand(command, self.view.folder, log, self.clock())
            except OSError as error:
                self.notify(explain(error), title="It cannot be begun", severity="error", markup=False, timeout=15)
            self.tick()

    def action_approve(self, here: bool) -> None:
        """Takes what is under the cursor."""
        if (one := self.proposal) is not None:
            text = self.edits[one.id].text if one.id in self.edits else None
            self._decide(f"{one.title}: taken", partial(learned.approve, self.view.folder, one.id, text, here))

    def action_decline(self) -> None:
        """Turns it down."""
        if (one := self.proposal) is not None:
            self._decide(f"{one.title}: declined", partial(learned.decline, self.view.folder, one.id))

    def action_edit(self) -> None:
        """Opens it in the editor; what comes back is checked, and taken only by a further key."""
        if (one := self.proposal) is None:
            return
        folder = tempfile.TemporaryDirectory(prefix="meta-learned-")
        file = Path(folder.name, "learned.md")
        file.write_text(one.text, encoding="utf-8")
        edit_file(self.app, file, partial(self._edited, one, folder, file))

    def _edited(self, one: ProposalView, folder: tempfile.TemporaryDirectory[str], file: Path, changed: bool) -> None:
        with folder:
            text = file.read_text(encoding="utf-8", errors="replace") if changed else one.text
        if text != one.text:
            self.run_worker(
                partial(learned.check, self.view.folder, one.id, text),
                thread=True,
                group="edit",
                name="what you wrote",
                exit_on_error=False,
            )

    def _decide(self, done: str, work: Callable[[], object]) -> None:
        self.run_worker(work, thread=True, group="decide", name=done, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A proposal was decided about, or edited; or the cards were read."""
        if event.worker.group not in ("decide", "edit"):
            return
        event.stop()
        if event.state == WorkerState.ERROR:
            text = explain(event.worker.error)
            self.notify(text, title="Not changed", severity="error", markup=False, timeout=15)
        elif event.state == WorkerState.SUCCESS and isinstance(one := event.worker.result, ProposalView):
            self.edits[one.id] = one
            self.draw()
        elif event.state == WorkerState.SUCCESS:
            taken = f" as {event.worker.result}" if event.worker.result else ""
            self.notify(f"{event.worker.name}{taken}", markup=False, timeout=4)
            self.reload()
