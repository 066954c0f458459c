"""The main screen: where the work stands, what runs, and the next decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.events import DescendantFocus
from textual.screen import Screen

from tui.acting import ActingApp
from tui.lines.sanitize import clean
from tui.read_model import TROUBLE_STATUS
from tui.screens.main_keys import ALWAYS, MAIN_KEYS
from tui.tree.filter import Filter
from tui.widgets.board import Board
from tui.widgets.details import Details
from tui.widgets.event_line import EventLine
from tui.widgets.filter_line import FilterLine
from tui.widgets.header import Header
from tui.widgets.key_line import KeyLine
from tui.widgets.phase_tree import PhaseTree
from tui.widgets.text import Text
from tui.words.node import describe_node
from tui.words.offers import AREAS, has_to_do, name_now

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import SessionView, StepView, WorkspaceView
    from tui.tree.model import Node


class MainScreen(Screen[None]):
    """Shows views; what the person wants goes to the app as actions."""

    CSS_PATH = "main.tcss"
    BINDING_GROUP_TITLE = "Main screen"
    BINDINGS = [*MAIN_KEYS]

    def __init__(self, clock: Clock, *, live: bool) -> None:
        super().__init__(classes="-at-tree")
        self.clock, self.polls = clock, live
        self.view: WorkspaceView | None = None
        self._node: Node | None = None

    @property
    def node(self) -> Node | None:
        """The node under the tree's cursor."""
        return self._node

    def compose(self) -> ComposeResult:
        """Header, what is wrong, tree beside board and details, newest event, keys."""
        yield Header(id="header")
        yield Text(id="trouble")
        yield FilterLine(id="filter")
        with Horizontal(id="body"):
            yield PhaseTree(self.clock, id="tree")
            with Container(id="side"):
                yield Board(self.clock, id="board")
                yield Details(id="details")
        yield EventLine(id="event")
        yield KeyLine(keeps=ALWAYS)

    def on_mount(self) -> None:
        """The tree has the focus; what moves is painted at a calm pace."""
        self.query_one(PhaseTree).focus()
        if self.polls:
            self.set_interval(0.1, self.flush)
            self.set_interval(1.0, self.tick)

    def show_view(self, view: WorkspaceView, engine_word: str = "") -> None:
        """Draws a new view in every part of the screen."""
        self.view = view
        self.query_one(Header).show(view, engine_word)
        self.query_one(PhaseTree).show(view)
        self._show_filter()
        self.query_one(Board).show(view, engine_word)
        self.query_one(EventLine).resting = view.resting
        self.say(view.last_event)
        self.refresh_bindings()

    def offers(self, action: str) -> bool:
        """Whether there is something to do for this key."""
        app = self.app
        if action == "filter" and self.query_one(FilterLine).has_keys:
            return False
        return has_to_do(action, self.view, starts=isinstance(app, ActingApp) and app.starts_engine)

    def name_of(self, action: str) -> str:
        """Where `tab` goes from here, what enter opens on the board."""
        return name_now(action, self.view, self.area)

    @property
    def area(self) -> str:
        """The one of `AREAS` that is in use; where there is little room, the one that shows."""
        return next((area for area in AREAS if self.has_class(f"-at-{area}")), AREAS[0])

    def show_trouble(self, text: str, *, waits: bool = False) -> None:
        """Shows what is wrong, or what waits for a consent, for as long as it does; an empty text takes it away."""
        trouble = self.query_one("#trouble", Text)
        trouble.display = bool(text)
        trouble.set_class(waits, "-waits")
        trouble.update(Content(clean(f"{'!' if waits else '✗'} {text}")))

    def say(self, text: str) -> None:
        """Tells what just happened."""
        self.query_one(EventLine).say(text, self.clock())

    def flush(self) -> None:
        """Paints new output, if anybody can see it."""
        if self.is_current:
            self.query_one(Board).flush()

    def tick(self) -> None:
        """A second went by: times move on."""
        if self.is_current:
            self.query_one(PhaseTree).tick()
            self.query_one(Board).tick()
            self.query_one(EventLine).tick(self.clock())
            self._describe()

    def on_phase_tree_selected(self, message: PhaseTree.Selected) -> None:
        """The details follow the cursor."""
        self._node = message.node
        self._describe()

    def _describe(self) -> None:
        if self._node is not None:
            details = self.query_one(Details)
            details.show(self._node.key, describe_node(self._node, self.clock(), details.across))

    def on_details_widened(self) -> None:
        """What is wrapped under itself follows the room."""
        self._describe()

    def on_phase_tree_opened(self, message: PhaseTree.Opened) -> None:
        """Enter on a node: its session's output, else the details."""
        session = self._session_of(message.node)
        if session is not None:
            self.open_session(session)
        else:
            self.action_go("details")

    def on_board_opened(self, message: Board.Opened) -> None:
        """Enter on a pane."""
        self.open_session(message.session)

    async def on_board_asked(self, message: Board.Asked) -> None:
        """Enter on a board on which nothing runs, while something waits."""
        await self.run_action("app.decide")

    def open_session(self, session: SessionView) -> None:
        """Shows a session's output in full size."""
        from tui.screens.session import SessionScreen

        self.app.push_screen(SessionScreen(session, self.clock, live=self.polls))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """In a narrow terminal only the area with the focus shows."""
        inside = {node.id for node in event.widget.ancestors_with_self}
        if inside & set(AREAS):
            for area in AREAS:
                self.set_class(area in inside, f"-at-{area}")
            self.refresh_bindings()

    def action_area(self, by: int) -> None:
        """To the next area."""
        self.action_go(AREAS[(AREAS.index(self.area) + by) % len(AREAS)])

    def action_go(self, area: str) -> None:
        """To the area of that name; where only one shows, it shows."""
        for other in AREAS:
            self.set_class(other == area, f"-at-{other}")
        if area == "board":
            self.query_one(Board).focus_first()
        else:
            self.set_focus(self.query_one(f"#{area}"))

    async def action_cancel(self) -> None:
        """Cancels the session of the focused pane, else of the selected node."""
        session = self._chosen_session()
        if session is None or not session.live:
            self.notify("Select a running session first: a pane, or its line in the tree.", title="Nothing to cancel")
            return
        await self.run_action(f"app.cancel_session({session.id!r})")

    async def action_retry(self) -> None:
        """Retries the selected step if it failed, else the only one that did."""
        step = self._node.step if self._node else None
        failed = self._in_trouble()
        chosen = step if step in failed else failed[0] if len(failed) == 1 else None
        if chosen is None:
            text = "Select one of the failed steps in the tree." if failed else "No step has failed or was stopped."
            self.notify(text, title="Nothing to retry")
            return
        await self.run_action(f"app.retry_step({chosen.name!r})")

    async def action_take_over(self) -> None:
        """Takes over the session of the focused pane, else of the selected node; or shows the way to hand it back."""
        session = self._chosen_session()
        if session is None or not session.live:
            text = "Select a running session first: a pane, or its line in the tree."
            self.notify(text, title="Nothing to take over")
            return
        await self.run_action(f"app.take_over({session.id!r})")

    def action_note(self) -> None:
        """Asks for what the next session of the selected step is to know."""
        step = self._node.step if self._node else None
        if step is None:
            self.notify("Select a step in the tree first.", title="A note for the next session")
        elif isinstance(self.app, ActingApp):
            self.app.note_for(step)

    def action_refresh_stale(self) -> None:
        """Does again what is stale: the selected step, the stale steps of the selected LEGO, else everything."""
        stale = self.view.stale if self.view else ()
        node = self._node
        step = node.step if node is not None else None
        legos = {child.step.lego for child in node.children if child.step} if node is not None else set()
        lego = next(iter(legos)) if len(legos) == 1 and node is not None and node.phase is None else None
        if step is not None and step in stale:
            self._ask_refresh([step])
        elif lego and any(one.lego == lego for one in stale):
            self._ask_refresh([one for one in stale if one.lego == lego], lego)
        elif stale:
            self._ask_refresh(stale)
        else:
            self.notify("Everything is as new as what it stands on.", title="Nothing is stale")

    def _ask_refresh(self, steps: Sequence[StepView], lego: str = "") -> None:
        if isinstance(self.app, ActingApp):
            self.app.refresh_stale(steps, lego)

    def action_filter(self) -> None:
        """Opens the line for the words of a filter."""
        self.action_go("tree")
        self.query_one(FilterLine).open()
        self._show_filter()

    def action_only(self) -> None:
        """All, only what goes on or waits or failed, only what is in trouble."""
        self._narrow(self.query_one(PhaseTree).filter.next())

    def action_clear_filter(self) -> None:
        """The whole tree again."""
        line = self.query_one(FilterLine)
        had_keys = line.has_keys or self.focused is None
        line.close()
        self._narrow(Filter())
        if had_keys or self.has_class("-at-tree"):
            self.action_go("tree")

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        """The tree follows the words."""
        tree = self.query_one(PhaseTree)
        self._narrow(tree.filter._replace(words=message.words))
        if message.done:
            self.query_one(FilterLine).close(message.words)
            self.action_go("tree")

    def _narrow(self, wanted: Filter) -> None:
        self.query_one(PhaseTree).narrow(wanted)
        self._show_filter()

    def _show_filter(self) -> None:
        tree = self.query_one(PhaseTree)
        self.query_one(FilterLine).show(tree.filter, tree.found)

    def _in_trouble(self) -> list[StepView]:
        return [step for step in self.view.steps if step.status in TROUBLE_STATUS] if self.view else []

    def _chosen_session(self) -> SessionView | None:
        pane = self.query_one(Board).focused_pane
        return pane.session if pane else self._session_of(self._node) if self._node else None

    def _session_of(self, node: Node) -> SessionView | None:
        if node.session is not None or self.view is None:
            return node.session
        step = self._step_of(node)
        return self.view.session(step.session) if step and step.session and step.status == "running" else None

    def _step_of(self, node: Node) -> StepView | None:
        if node.step is not None:
            return node.step
        return next((child.step for child in node.children if child.step and child.step.status == "running"), None)
