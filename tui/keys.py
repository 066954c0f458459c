"""How keys are written, and every action that has an id: a keymap gives it other keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from textual.binding import Binding, BindingType
from textual.keys import format_key

PLACES = (
    "screens.main:MainScreen",
    "widgets.phase_tree:PhaseTree",
    "widgets.board:Board",
    "widgets.details:Details",
    "screens.session:SessionScreen",
    "widgets.output_view:OutputView",
    "widgets.search_line:SearchLine",
    "widgets.filter_line:FilterLine",
    "screens.hands:HandsScreen",
    "screens.approval:ApprovalScreen",
    "widgets.document_lines:DocumentLines",
    "widgets.document_lines:EvidenceLines",
    "screens.answers:AnswersScreen",
    "screens.ask_text:AskComment",
    "screens.ask_text:AskPath",
    "screens.lego:LegoScreen",
    "widgets.lines_view:LinesView",
    "screens.plan:PlanScreen",
    "widgets.graph_view:GraphView",
    "screens.changes:ChangesScreen",
    "screens.timeline:TimelineScreen",
    "widgets.gantt_view:GanttView",
    "screens.metrics:MetricsScreen",
    "screens.traceability:TraceabilityScreen",
    "screens.receipt:ReceiptScreen",
    "screens.wisdom:WisdomScreen",
    "screens.runtimes:RuntimesScreen",
    "screens.settings:SettingsScreen",
    "widgets.item_list:ItemList",
    "screens.welcome:WelcomeScreen",
    "screens.intent:IntentScreen",
    "screens.editor:EditorScreen",
    "screens.unsaved:Unsaved",
    "screens.unsaved:ChangedElsewhere",
    "screens.choose:Choose",
    "screens.confirm:Confirm",
    "screens.quit:QuitDialog",
    "screens.help:HelpScreen",
)
"""Screens and the parts of screens that have keys."""


def key_name(key: str) -> str:
    """A key as the footer, help, the palette and the dialogs write it: `^s` for `ctrl+s`, `/` for `slash`."""
    *held, name = key.split("+")
    caret = "^" if "ctrl" in held else ""
    return "+".join([*(one for one in held if one != "ctrl"), f"{caret}{format_key(name)}"])


def key_names(keys: str) -> str:
    """The names of several keys, which a binding parts by commas."""
    return " ".join(key_name(key.strip()) for key in keys.split(","))


def shown_key(keymap: Mapping[str, str], id_: str, keys: str) -> str:
    """The first key of an action, as it is written; `keys` are those it has where the keymap gives it none."""
    return key_name(keymap.get(id_, keys).partition(",")[0].strip())


def named_bindings() -> dict[str, Binding]:
    """Id → binding, with the keys as they come; in the order in which people meet them."""
    found: dict[str, Binding] = {}
    for place in PLACES:
        module, _, name = place.partition(":")
        for binding in getattr(import_module(f"tui.{module}"), name).BINDINGS:
            if isinstance(binding, Binding) and binding.id:
                found.setdefault(binding.id, binding)
    return found


def remapped(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> list[BindingType]:
    """The bindings with the keys that the keymap gives them."""
    return [
        binding.with_key(keymap[binding.id])
        if isinstance(binding, Binding) and binding.id and binding.id in keymap
        else binding
        for binding in bindings
    ]


def unknown_ids(keymap: Mapping[str, str]) -> list[str]:
    """A sentence for each id that means nothing."""
    import difflib

    known = named_bindings()
    problems = []
    for id_ in keymap:
        if id_ not in known:
            near = difflib.get_close_matches(id_, known, 1)
            hint = f"did you mean `{near[0]}`?" if near else "the settings list all ids."
            problems.append(f"keymap: there is no `{id_}`; {hint}")
    return problems
