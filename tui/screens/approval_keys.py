"""The keys of a gate, in the order of its line of keys: what decides comes first."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.screens.diff_keys import SIDES_KEY

VIEWS = ("rendered", "raw", "diff")
"""The ways to see the document, by their digits."""

ANSWERS = ("approve", "revise", "stop")
"""The actions that decide."""

PLAN_FILE, SHOW_PLAN = "lego_plan.json", "app.open_view('plan')"
"""The file that is a LEGO plan, and the action that draws it."""

HELP = "app.help"
ALWAYS = frozenset({HELP})
"""What the line of keys says however little room there is."""


def _key(keys: str, action: str, name: str, does: str) -> Binding:
    return Binding(keys, action, name, tooltip=does, id=f"approval.{action}")


def _take(key: str, action: str, name: str, does: str, id: str) -> Binding:
    return Binding(key, action, name, show=key.islower(), tooltip=does, id=f"approval.{id}")


def _hidden(keys: str, action: str, name: str, id: str) -> Binding:
    return Binding(keys, action, name, show=False, id=f"approval.{id}")


APPROVAL_KEYS: list[BindingType] = [
    _key("a", "approve", "Approve", "Approve exactly what is shown"),
    _key("r", "revise", "Revise", "Send it back with your comments"),
    _key("c", "comment", "Comment", "Comment on the line or hunk under the cursor"),
    _key("s", "stop", "Stop", "Stop this branch of the work"),
    _take("t", "take('new')", "Take new", "Take the new lines at this place of the conflict", "new"),
    _take("y", "take('yours')", "Yours", "Back to your own lines at this place", "yours"),
    _take("T", "take_all('new')", "All new", "Take the new lines in the whole file of the conflict", "all_new"),
    _take("Y", "take_all('yours')", "All yours", "Back to your own lines in that whole file", "all_yours"),
    _key("m", "next_view", "View", "Rendered, raw, or what changed since the last approval"),
    _key("f", "next_file", "Next file", "The next of the files to approve"),
    _key("n", "next", "Next", "The next question that waits for you; while you search, the next match"),
    Binding("P", SHOW_PLAN, "Graph", tooltip="The LEGO plan as a graph: who needs whom", id="plan"),
    _key("tab,shift+tab", "switch_side", "Checks", "Between the document and its checks"),
    _key("escape", "later", "Later", "End the search, else leave the question open; what you typed is kept"),
    Binding("slash", "search", "Search", key_display="/", tooltip="Search the text in use", id="search"),
    _key("e", "edit", "Edit", "Open the file in your editor"),
    SIDES_KEY,
    _hidden("N", "match(-1)", "Match before", "match_before"),
    _hidden("right_square_bracket", "turn(1)", "Next question", "next_question"),
    _hidden("p,left_square_bracket", "turn(-1)", "Question before", "question_before"),
    _hidden("x,delete", "remove", "Remove comment", "remove"),
    *(_hidden(str(n), f"show_as({n - 1})", f"Show {name}", name) for n, name in enumerate(VIEWS, 1)),
    _hidden("0", "show_as(-1)", "Show conflicts", "conflicts"),
    _hidden("j", "scroll(2)", "Down", "down"),
    _hidden("k", "scroll(-2)", "Up", "up"),
    _hidden("g", "scroll(-999999)", "To the top", "top"),
    _hidden("G", "scroll(999999)", "To the end", "end"),
    Binding("question_mark", HELP, "Help", key_display="?", tooltip="All keys", id="help"),
]
