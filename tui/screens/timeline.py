"""When everything ran: a Gantt of sessions and checks, the critical path, and what waited for a person."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tui.graph.gantt import Chart, GanttRow, chart, path_seconds, session_of, waited
from tui.lines.format import LOOKS, duration, plural, word
from tui.loaders.timeline import TimelineFacts, load_timeline
from tui.screens.view_screen import FURTHER_KEYS, ViewScreen
from tui.widgets.gantt_view import BARS, GanttView
from tui.widgets.key_line import KeyLine
from tui.widgets.notice import Notice

if TYPE_CHECKING:
    from tui.messages import Clock
    from tui.read_model import WorkspaceView

_WORDS = {"gen": "gen", "review": "review", "check": "check", "engine": "engine", "wait": "waits for you"}


class TimelineScreen(ViewScreen):
    """Sessions and checks show at once; waiting and the critical path follow when the journal is read."""

    CSS_PATH = "timeline.tcss"
    BINDING_GROUP_TITLE = "Timeline"
    BINDINGS = [
        Binding(
            "c",
            "only_critical",
            "Critical path",
            tooltip="Only the critical path, or everything",
            id="timeline.only_critical",
        ),
        Binding("r", "again", "Reload", show=False, tooltip="Read the journal again", id="timeline.again"),
        *FURTHER_KEYS,
    ]

    def __init__(self, view: WorkspaceView, clock: Clock, *, live: bool = True) -> None:
        super().__init__(view, clock, live=live)
        self.facts = TimelineFacts()
        self.chart = Chart()
        self.only_critical = False
        self._problem, self._loaded = "", False

    def compose(self) -> ComposeResult:
        """A summary, the chart, the row under the cursor, what the bars mean, the keys."""
        yield Static(id="timeline-title")
        yield Notice(id="timeline-notice")
        yield GanttView(id="timeline-chart")
        yield Static(id="timeline-row")
        yield Static(id="timeline-legend")
        yield KeyLine()

    def on_mount(self) -> None:
        """Draws what is known, and reads the rest."""
        self.query_one(GanttView).focus()
        self.query_one("#timeline-legend", Static).update(legend())
        self._show()
        self.action_again()
        if self.polls:
            self.set_interval(1.0, self.tick)

    def action_again(self) -> None:
        """Reads the journal again."""
        self.load("timeline", partial(load_timeline, self.view.folder))

    def show_view(self, view: WorkspaceView) -> None:
        """Something happened."""
        self.view = view
        self._show()
        self.action_again()

    def tick(self) -> None:
        """A second went by."""
        if self.is_current and not self.view.finished:
            self._show()

    def loaded(self, what: str, result: Any, problem: str) -> None:
        """The journal was read, or could not be."""
        self._problem, self._loaded = problem, True
        if result is not None:
            self.facts = result
        self._show()

    def _show(self) -> None:
        now = self.clock()
        self.chart = chart(self.view, self.facts.waits, self.facts.needs, now)
        notice, drawn = self.query_one(Notice), self.query_one(GanttView)
        empty = not self.chart.rows
        notice.display = empty
        for part in ("#timeline-chart", "#timeline-row", "#timeline-legend"):
            self.query_one(part).display = not empty
        self.query_one("#timeline-title", Static).update(self._title(now))
        if empty:
            self._say(notice)
            return
        rows = self.chart.critical if self.only_critical and self.chart.critical else self.chart.rows
        drawn.show(replace(self.chart, rows=rows), now, running=not self.view.finished)
        self._show_row(drawn.row)

    def _say(self, notice: Notice) -> None:
        if self._problem:
            notice.say("✗ The journal cannot be read", self._problem, ("r", "try again"), style="$text-error")
        elif self._loaded:
            text = "As soon as the first step begins, its bars grow here from left to right."
            notice.say("Nothing has run yet", text, ("esc", "back"))
        else:
            notice.say("◌ Reading the journal …")

    def _title(self, now: float) -> Content:
        if self._problem and self.chart.rows:
            return Content.assemble((" Timeline", "bold"), (f"   ✗ {self._problem}", "$text-error"))
        if not self.chart.rows:
            return Content.styled(" Timeline", "bold")
        path, waits = self.chart.critical, waited(self.chart.rows, now)
        parts = [duration(self.chart.end - self.chart.begin)]
        if self._loaded and path:
            parts.append(f"critical path {duration(path_seconds(path, now))} in {plural(len(path), 'step')}")
        content = Content.assemble((" Timeline", "bold"), (f"   {'   '.join(parts)}", "$text-muted"))
        if waits:
            total = duration(sum(seconds for _, seconds in waits))
            content += Content.styled(f"   waited for a person {total}", "$text-warning")
        for number, (name, seconds) in enumerate(waits[:3]):
            longer = content + Content.styled(f"{', ' if number else ': '}{name} {duration(seconds)}", "$text-warning")
            if longer.cell_length > self.size.width:
                break
            content = longer
        return content

    def on_gantt_view_chosen(self, message: GanttView.Chosen) -> None:
        """Another row."""
        self._show_row(message.row)

    def _show_row(self, row: GanttRow | None) -> None:
        if row is not None:
            self.query_one("#timeline-row", Static).update(row_content(row, self.chart.begin, self.clock()))

    def on_gantt_view_opened(self, message: GanttView.Opened) -> None:
        """Enter on a row: its LEGO, else the output of its last session."""
        row = message.row
        if row.lego:
            from tui.screens.lego import LegoScreen

            self.app.push_screen(LegoScreen(self.view, self.clock, live=self.polls, lego=row.lego))
            return
        session = session_of(row, self.view.sessions)
        if session is None:
            self.notify("The engine did this by itself: there is no session to show.")
            return
        from tui.screens.session import SessionScreen

        self.app.push_screen(SessionScreen(session, self.clock, live=self.polls))

    def action_only_critical(self) -> None:
        """Everything, or the critical path alone."""
        if not self.chart.critical:
            self.notify("The critical path is not known yet.")
            return
        self.only_critical = not self.only_critical
        self._show()


def row_content(row: GanttRow, begin: float, now: float) -> Content:
    """One row in words."""
    look = LOOKS[row.status]
    times = [(kind, row.seconds(kind, now)) for kind in BARS]
    parts = [f"{_WORDS[kind]} {duration(seconds)}" for kind, seconds in times if seconds >= 1]
    failed = sum(span.failed for span in row.spans)
    return Content.assemble(
        (f" {look.glyph} ", look.colour),
        (row.label, "bold"),
        (f"  {word(row.status)}", look.colour),
        (f"   from {duration(row.begin - begin)}, took {duration(row.until(now) - row.begin)}", "$text-muted"),
        (f"   {' · '.join(parts)}" if parts else "", "$foreground"),
        (f"   ✗ {failed} failed" if failed else "", "$text-error"),
        ("   ▌ on the critical path" if row.critical else "", "bold $text-primary"),
    )


def legend() -> Content:
    """What the bars mean."""
    content = Content.assemble((" ▌", "bold $text-primary"), (" critical path   ", "$text-muted"))
    for kind in ("gen", "review", "check", "engine", "wait"):
        glyph, colour = BARS[kind]
        content += Content.assemble((glyph * 2, colour), (f" {_WORDS[kind]}   ", "$text-muted"))
    return content + Content.assemble(("█✗", "$text-error"), (" failed", "$text-muted"))
