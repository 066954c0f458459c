"""The LEGO plan: who needs whom as a drawing, with the state of each, and what one of them is for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tui.graph.layers import reduced
from tui.graph.layout import Drawing, draw, fitting
from tui.lego_data import steps_of
from tui.lines.format import LOOKS, word
from tui.loaders.plan import PlanView, load_plan
from tui.screens.view_screen import FURTHER_KEYS, ViewScreen
from tui.widgets.graph_view import GraphView, Label
from tui.widgets.key_line import KeyLine
from tui.widgets.lines_view import LinesView
from tui.widgets.notice import Notice
from tui.words.plan import details, list_lines, progress, status_of, title

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

_LEAST_BOX, _MOST_BOX, _ROOMY_BOX = 17, 28, 26


class PlanScreen(ViewScreen):
    """A drawing where it fits, else a list of what each LEGO needs; `v` changes between them."""

    CSS_PATH = "plan.tcss"
    BINDING_GROUP_TITLE = "LEGO plan"
    BINDINGS = [
        Binding(
            "v",
            "change_form",
            "Graph or list",
            tooltip="Between the drawing and the list of what each LEGO needs",
            id="plan.change_form",
        ),
        Binding(
            "tab,shift+tab", "side", "Details", show=False, tooltip="Between the plan and the details", id="plan.side"
        ),
        Binding("r", "again", "Reload", show=False, tooltip="Read the plan again", id="plan.again"),
        *FURTHER_KEYS,
    ]

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True) -> None:
        super().__init__(view, clock, live=live)
        self.plan: PlanView | None = None
        self.chosen = ""
        self.wants_list: bool | None = None
        self._drawing: tuple[tuple[object, ...], Drawing | None] = ((), None)
        self._problem, self._loaded = "", False

    def compose(self) -> ComposeResult:
        """The title, the plan beside its details, the keys."""
        yield Static(id="plan-title")
        with Container(id="plan-body"):
            yield Notice(id="plan-notice")
            yield GraphView(id="plan-graph")
            yield LinesView(id="plan-list")
            yield LinesView(most_width=100, id="plan-details")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads the plan; the LEGO under the main screen's cursor is chosen."""
        self.chosen = self.lego_under_cursor()
        self._show()
        self.action_again()

    def action_again(self) -> None:
        """Reads the plan again."""
        self.load("plan", partial(load_plan, self.view.folder, self.view.toolchain))

    def show_view(self, view: WorkspaceView) -> None:
        """States changed, perhaps the plan as well."""
        self.view = view
        self._show()
        self.action_again()

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """The plan is there, or there is none, or it cannot be used."""
        self.plan, self._problem, self._loaded = result, problem, True
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Drawing or list, as there is room."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        bar = self.query_one("#plan-title", Static)
        if self.plan is None or not self.plan.legos:
            bar.update(Content.styled(" LEGO plan", "bold"))
            self._say()
            return
        names = [lego.name for lego in self.plan.legos]
        if self.chosen not in names:
            busy = (name for name in names if status_of(self.view, name) not in ("done", "pending", "skipped", "ready"))
            self.chosen = next(busy, names[0])
        drawing = self._draw(self.plan)
        shows_list = drawing is None or bool(self.wants_list)
        bar.update(Content.assemble((" LEGO plan", "bold"), (f"   {title(self.plan, self.view)}", "$text-muted")))
        self._show_only("plan-list" if shows_list else "plan-graph")
        if shows_list:
            self.query_one("#plan-list", LinesView).show(list_lines(self.plan, self.view), cursor=self.chosen)
        elif drawing is not None:
            self.query_one(GraphView).show(drawing, self._labels(self.plan), self.chosen, self._near(self.plan))
        lego = self.plan.lego(self.chosen)
        if lego is not None:
            self.query_one("#plan-details", LinesView).show(details(lego, self.plan, self.view))

    def _say(self) -> None:
        notice = self.query_one(Notice)
        if self._problem:
            notice.say("✗ The LEGO plan cannot be used", self._problem, ("r", "read it again"), style="$text-error")
        elif self._loaded:
            text = "It is made once the requirements are approved. Its LEGOs are drawn here, each with what it needs."
            notice.say("No LEGO plan yet", text, ("esc", "back"))
        else:
            notice.say("◌ Reading the LEGO plan …")
        self._show_only("plan-notice")

    def _show_only(self, what: str) -> None:
        for part in ("plan-notice", "plan-graph", "plan-list"):
            self.query_one(f"#{part}").display = part == what
        self.query_one("#plan-details").display = what != "plan-notice"
        focused = self.focused
        if what == "plan-notice":
            self.set_focus(None)
        elif focused is None or (focused.id in ("plan-graph", "plan-list") and focused.id != what):
            self.query_one(f"#{what}").focus()

    def _draw(self, plan: PlanView) -> Drawing | None:
        """The drawing that fits now; kept while neither plan nor room changes."""
        body, side = self.query_one("#plan-body").size, self.query_one("#plan-details")
        wide = self.has_class("-wide") or self.has_class("-huge")
        width = body.width - (side.outer_size.width or 46 if wide else 0) - 2
        height = body.height - (0 if wide else side.outer_size.height or 9)
        longest = max(len(lego.name) for lego in plan.legos)
        key = (plan, width, height)
        if self._drawing[0] != key:
            graph = reduced({lego.name: lego.needs for lego in plan.legos})
            box = max(_LEAST_BOX, min(_MOST_BOX, longest + 8))
            roomy = draw(graph, max(box, _ROOMY_BOX), across=True)
            fits = roomy.width <= width and roomy.height <= height
            self._drawing = (key, roomy if fits else fitting(graph, box, width, height))
        return self._drawing[1]

    def _labels(self, plan: PlanView) -> dict[str, Label]:
        found = {}
        for lego in plan.legos:
            status = status_of(self.view, lego.name)
            look = LOOKS[status]
            note = progress(steps_of(self.view, lego.name))
            found[lego.name] = Label(look.glyph, look.colour, lego.name, lego.size, word(status, 9), note)
        return found

    def _near(self, plan: PlanView) -> frozenset[str]:
        lego = plan.lego(self.chosen)
        return frozenset((*lego.needs, *plan.used_by(lego.name))) if lego else frozenset()

    def on_graph_view_chosen(self, message: GraphView.Chosen) -> None:
        """Another box."""
        self.chosen = message.name
        self._show()
        self.query_one("#plan-details", LinesView).scroll_home(animate=False)

    def on_lines_view_moved(self, message: LinesView.Moved) -> None:
        """Another line of the list."""
        if message.control.id == "plan-list":
            self.chosen = message.key
            self._show()

    def on_graph_view_opened(self, message: GraphView.Opened) -> None:
        """Enter on a box."""
        self._open(message.name)

    def on_lines_view_picked(self, message: LinesView.Picked) -> None:
        """Enter on a line."""
        if message.control.id == "plan-list":
            self._open(message.key)

    def _open(self, lego: str) -> None:
        from tui.screens.lego import LegoScreen

        self.app.push_screen(LegoScreen(self.view, self.clock, live=self.polls, lego=lego))

    def action_change_form(self) -> None:
        """Drawing or list."""
        if self.plan is not None and self._draw(self.plan) is None:
            self.notify("There is no room for the drawing: make the window larger.")
            return
        self.wants_list = not self.wants_list
        self._show()

    def action_side(self) -> None:
        """Between the plan and the details."""
        shown = next((part for part in ("#plan-graph", "#plan-list") if self.query_one(part).display), "")
        details_ = self.query_one("#plan-details")
        if shown:
            (self.query_one(shown) if self.focused is details_ else details_).focus()
