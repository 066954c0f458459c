"""The keys of the LEGO view."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.lego_data import TABS
from tui.screens.diff_keys import SIDES_KEY
from tui.screens.view_screen import FURTHER_KEYS

LEGO_KEYS: list[BindingType] = [
    Binding("left,h", "tab(-1)", "Tab before", show=False, tooltip="The tab to the left", id="lego.tab_before"),
    Binding("right,l", "tab(1)", "Tabs", key_display="h l", tooltip="The tab to the right", id="lego.tab_next"),
    Binding("K", "lego(-1)", "LEGO before", show=False, tooltip="The LEGO above in the list", id="lego.lego_before"),
    Binding("J", "lego(1)", "LEGOs", key_display="J K", tooltip="The LEGO below in the list", id="lego.lego_next"),
    Binding(
        "tab,shift+tab", "side", "List", show=False, tooltip="Between the list of LEGOs and the tab", id="lego.side"
    ),
    Binding(
        "left_square_bracket",
        "session(1)",
        "Older",
        key_display="[",
        show=False,
        tooltip="An older session",
        id="lego.session_next",
    ),
    Binding(
        "right_square_bracket",
        "session(-1)",
        "Newer",
        key_display="]",
        show=False,
        tooltip="A newer session",
        id="lego.session_before",
    ),
    Binding("slash", "search", "Search", key_display="/", tooltip="Search in the tab", id="search"),
    SIDES_KEY,
    Binding("r", "again", "Reload", tooltip="Read the files of this tab again", show=False, id="lego.again"),
    Binding("y", "copy", "Copy", tooltip="Copy the folder of the session, or the id of the receipt", id="lego.copy"),
    *(
        Binding(str(n + 1), f"open_tab({n})", name.capitalize(), show=False, id=f"lego.{name}")
        for n, name in enumerate(TABS)
    ),
    *FURTHER_KEYS,
]
