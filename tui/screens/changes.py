"""The maintenance table: what a changed intent means for each LEGO, decided otherwise by a key, and carried out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.events import Resize
from textual.worker import Worker, WorkerState

from engine.workspace import INTENT, REQUEST
from tui import decide
from tui.editing.edit import edit_file
from tui.loaders import changes
from tui.loaders.changes import Maintenance, Stage
from tui.screens.browse import COMMON, BrowseScreen, explain
from tui.screens.consent import Consent
from tui.screens.consent_keys import FETCH_KEY
from tui.widgets.text import Text
from tui.words.change_rows import LEGO, rows
from tui.words.changes import details, nothing, question, sums, title
from tui.words.engine import why_ended

if TYPE_CHECKING:
    from engine.legos.model import LegoDecision
    from engine.lifecycle.change import LegoChange
    from tui.app import MetaApp
    from tui.lines.item import Item
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

TURN: tuple[LegoDecision, ...] = ("KEEP", "REFACTOR", "REGENERATE")
"""What the space bar goes round. RETIRE takes a key of its own: nobody should come by it on the way."""
SET: tuple[LegoDecision, ...] = (*TURN, "RETIRE")
_WHEN: dict[str, tuple[Stage, ...]] = {
    "plan": ("wished", "planning", "planned"),
    "turn": ("planned",),
    "choose_as": ("planned",),
    "apply": ("planned", "applying"),
    "edits": ("planned", "applying", "done"),
}
"""Action → the stages in which it means something."""


class ChangesScreen(BrowseScreen[Maintenance]):
    """`p` plans, `space` and digits decide, `A` carries out; `k` and `g` move the cursor, as they do everywhere."""

    CSS_PATH = ["browse.tcss", "changes.tcss"]
    BINDING_GROUP_TITLE = "Changes"
    LOADING = "Reading what has changed …"
    SEARCH_HINT = "a LEGO, a requirement, a decision"
    BINDINGS = [
        Binding("p", "plan", "Plan", tooltip="Plan the change: no code is written (meta plan)", id="changes.plan"),
        Binding(
            "space",
            "turn",
            "Decide otherwise",
            tooltip="KEEP, REFACTOR, REGENERATE in turn for this LEGO",
            id="changes.turn",
        ),
        *(
            Binding(str(n), f"choose_as('{one}')", one, show=False, tooltip=f"{one} this LEGO", id=f"changes.{one}")
            for n, one in enumerate(SET, 1)
        ),
        Binding(
            "A", "apply", "Carry out", tooltip="Say yes to the plan and carry it out (meta apply)", id="changes.apply"
        ),
        Binding("u", "app.undo", "Undo", tooltip="Take the last merge or change back (meta undo)", id="changes.undo"),
        Binding(
            "ctrl+r",
            "app.redo",
            "Redo",
            show=False,
            tooltip="Bring back what the last undo took away (meta undo --redo)",
            id="changes.redo",
        ),
        FETCH_KEY,
        Binding("d", "edits", "Your edits", tooltip="What you changed in this LEGO's files", id="changes.edits"),
        Binding("e", "edit_intent", "Intent", tooltip="Edit app_intent.md in your editor", id="changes.edit_intent"),
        Binding("c", "edit_request", "Request", tooltip="Write change_request.md", id="changes.edit_request"),
        Binding("enter", "choose", "LEGO", tooltip="Open the LEGO under the cursor", show=False, id="changes.choose"),
        *COMMON,
    ]
    app: MetaApp

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool) -> None:
        super().__init__(view, clock, live=live)
        self.chosen: dict[str, LegoDecision] = {}
        """Decisions that are not on the disk yet."""
        self._writing: dict[str, LegoDecision] = {}
        self._written: dict[str, LegoDecision] = {}
        self._width = 0

    def compose(self) -> ComposeResult:
        """As every list with details; above the keys what it all comes to."""
        yield from super().compose()
        yield Text(id="changes-sums")

    def load(self) -> Maintenance:
        """How far the change is."""
        return changes.load(self.view.folder)

    def depends_on(self, view: WorkspaceView) -> object:
        """What the person wrote, and what steps have done up to the plan; after it, states are in the view itself."""
        planned = view.change == "applying"
        steps = [] if planned else [(step.name, step.status, step.edited, len(step.sessions)) for step in view.steps]
        return view.change, view.news, view.finished, steps

    def show_view(self, view: WorkspaceView) -> None:
        """States of LEGOs and steps show at once; the rest is read anew."""
        super().show_view(view)
        if self.data is not None:
            self.draw()
        else:
            self.draw_trouble()

    def title_text(self) -> Content:
        """How far the change is."""
        return title(self.data, self.view)

    def draw_trouble(self) -> None:
        """What cannot be read; else why the engine that this screen started has ended."""
        super().draw_trouble()
        trouble, engine = self.query_one("#browse-trouble", Text), self.app.engine
        trouble.set_class(engine.fetch and not self.problem, "-waits")
        if not self.problem and engine.trouble:
            trouble.display = True
            said = (
                f"! {engine.trouble} D agrees, for this run."
                if engine.fetch
                else f"✗ {why_ended(engine, 3 * self.size.width)}"
            )
            trouble.update(Content(said))

    def items(self, data: Maintenance) -> Sequence[Item]:
        """As many columns as there is room for."""
        self._width = self.list.scrollable_content_region.width
        return rows(data, self.view, self.chosen, self._width) if data.stage not in ("nothing", "unfinished") else ()

    def empty(self, data: Maintenance) -> Content:
        """What a change begins with."""
        return nothing(data)

    def describe(self, data: Maintenance, key: str) -> Content:
        """All about a LEGO, a requirement, a file or a step."""
        return details(data, self.view, key, self.chosen)

    def draw(self) -> None:
        """The sums as well."""
        super().draw()
        line, report = self.query_one("#changes-sums", Text), self.data.report if self.data else None
        line.display = report is not None
        self.query_one("#browse-details").display = bool(self.list.selected)
        if report is not None:
            line.update(sums(report, self.size.width - 4, 1 if self.size.height < 30 else 4))
        self.refresh_bindings()
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """The columns follow the room that the list has got."""
        if self.data is not None and self._width != self.list.scrollable_content_region.width:
            self.list.show(self.items(self.data), self.empty(self.data))

    def on_resize(self, event: Resize) -> None:
        """The room is another one."""
        if self.data is not None:
            self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys that mean something at this stage of the change."""
        if action == "apply" and self.view.change == "applying" and self.view.engine.running:
            return False
        stages = _WHEN.get(action)
        return stages is None or (self.data is not None and self.data.stage in stages)

    @property
    def lego(self) -> LegoChange | None:
        """The LEGO under the cursor, if there is a plan."""
        report = self.data.report if self.data else None
        name = self.lego_name
        return next((lego for lego in report.legos if lego.name == name), None) if report else None

    @property
    def lego_name(self) -> str:
        """Its name; "" where the cursor stands on something else."""
        key = self.list.selected
        return key.removeprefix(LEGO) if key.startswith(LEGO) else ""

    def action_turn(self) -> None:
        """The next decision for this LEGO."""
        if lego := self.lego:
            now = self.chosen.get(lego.name, lego.decision)
            self.action_choose_as(TURN[(TURN.index(now) + 1) % len(TURN)] if now in TURN else TURN[0])
        else:
            self.notify("Put the cursor on a LEGO first.")

    def action_choose_as(self, decision: LegoDecision) -> None:
        """Decides otherwise on the LEGO under the cursor, in the plan itself."""
        if (lego := self.lego) is None:
            self.notify("Put the cursor on a LEGO first.")
        elif lego.decision == "NEW":
            self.notify("It is not built yet. To do without it, send the plan back: a, then r.", title=lego.name)
        else:
            self.chosen[lego.name] = decision
            self.draw()
            self._write()

    def _unwritten(self) -> dict[str, LegoDecision]:
        return {name: decision for name, decision in self.chosen.items() if self._written.get(name) != decision}

    def _write(self) -> None:
        """One writer at a time; what is chosen meanwhile follows."""
        if not self._writing and (wanted := self._unwritten()):
            self._writing = wanted
            write = partial(decide.write_choices, self.view.folder, wanted)
            self.run_worker(write, thread=True, group="decide", name="writing the plan", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Decisions are written, or cannot be; or the change was loaded."""
        if event.worker.group != "decide":
            if event.state == WorkerState.SUCCESS:
                self.chosen, self._written = self._unwritten(), {}
            return
        event.stop()
        if event.state == WorkerState.SUCCESS:
            self._written |= self._writing
        elif event.state == WorkerState.ERROR:
            self.chosen, self._written = {}, {}
            self.notify(explain(event.worker.error), title="Not decided", severity="error", markup=False, timeout=12)
        else:
            return
        self._writing = {}
        self._write()
        self.reload()

    def action_plan(self) -> None:
        """Has the plan made, or made anew."""
        self.app.maintain("plan")

    def action_apply(self) -> None:
        """Sums up and asks, then carries out."""
        data = self.data
        if data is None or data.report is None or data.stage == "applying":
            self.app.maintain("apply")
        elif self.chosen:
            self.notify("Your decisions are being written. Try again.")
        else:
            ask = Consent(
                "Carry this change out?",
                question(data.report, min(100, self.size.width * 96 // 100) - 12, roomy=self.size.height >= 30),
                "Carry it out",
                self.clock,
            )
            self.app.push_screen(ask, lambda yes: self.app.maintain("apply") if yes else None)

    def choose(self, key: str) -> None:
        """Opens the LEGO; of other lines the details."""
        if not (name := self.lego_name):
            super().choose(key)
            return
        from tui.screens.lego import LegoScreen

        self.app.push_screen(LegoScreen(self.view, self.clock, live=self.polls, lego=name))

    def action_edits(self) -> None:
        """Shows what the person changed in this LEGO."""
        from tui.screens.own_edits import OwnEditsScreen

        if name := self.lego_name:
            self.app.push_screen(OwnEditsScreen(self.view, self.clock, name, live=self.polls))
        else:
            self.notify("Put the cursor on a LEGO first.")

    def action_edit_intent(self) -> None:
        """Opens the intent."""
        self._edit(INTENT)

    def action_edit_request(self) -> None:
        """Opens the request."""
        self._edit(REQUEST)

    def _edit(self, name: str) -> None:
        edit_file(self.app, self.view.folder / name, self._edited)

    def _edited(self, changed: bool) -> None:
        if changed:
            self.app.look()
            self.reload()
