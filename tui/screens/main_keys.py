"""The keys of the main screen, in the order of the line of keys: what acts now, the other areas, the other views."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.screens.consent_keys import ALLOW_KEY, FETCH_KEY
from tui.views import VIEWS

ALWAYS = frozenset({"app.help", "app.leave"})
"""What the line of keys says however little room there is."""

MAIN_KEYS: tuple[BindingType, ...] = (
    Binding("a", "app.decide", "Decide", id="decide", tooltip="Open what has waited longest for you"),
    Binding("x", "cancel", "Cancel", id="cancel", tooltip="Cancel the selected session"),
    Binding("R", "retry", "Retry", id="retry", tooltip="Try the selected failed step again"),
    Binding("s", "app.start_engine", "Start engine", id="start_engine", tooltip="Start the engine when it is stopped"),
    Binding("p", "app.pause", "Pause", id="pause", tooltip="Pause (what runs is finished), or go on"),
    Binding("F", "refresh_stale", "Refresh", id="refresh", tooltip="Do again what is stale: here, else all"),
    Binding("tab", "area(1)", "Next pane", id="next_pane", tooltip="Tree, board, details"),
    Binding("slash", "filter", "Filter", id="filter", key_display="/", tooltip="Only names with these words"),
    *(view.binding for view in VIEWS),
    Binding("f", "only", "By state", id="only", tooltip="All, only what goes on, only what is in trouble"),
    Binding(
        "t",
        "take_over",
        "Take over",
        id="take_over",
        show=False,
        tooltip="Go on by hand with a session; again: hand it back",
    ),
    Binding("n", "note", "Note", id="note", show=False, tooltip="Add something to the next brief of the step"),
    Binding("escape", "clear_filter", "Show all", id="clear_filter", show=False, tooltip="The whole tree again"),
    Binding(
        "O",
        "app.engine_log",
        "Engine log",
        id="engine_log",
        show=False,
        tooltip="What the engine wrote, from the first line on",
    ),
    FETCH_KEY,
    ALLOW_KEY,
    Binding("shift+tab", "area(-1)", "Previous pane", id="previous_pane", show=False),
    Binding("1", "go('tree')", "Phase tree", id="go_tree", show=False),
    Binding("2", "go('board')", "LEGO board", id="go_board", show=False),
    Binding("3", "go('details')", "Details", id="go_details", show=False),
    Binding("question_mark", "app.help", "Help", id="help", key_display="?", tooltip="All keys"),
    Binding("q", "app.leave", "Quit", id="quit", tooltip="Leave; asks whether the work goes on"),
)
