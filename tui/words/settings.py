"""What each setting is called, does, and can be; and what it looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content

from tui.lines.format import LOOKS, count, word
from tui.lines.sanitize import clean, one_line
from tui.lines.side_by_side import WIDE
from tui.person.settings import PLACES, Read, Settings
from tui.person.themes import DARK, LIGHT

ANSI = {"ansi-dark": "the colours of your terminal, dark", "ansi-light": "the colours of your terminal, light"}
OWN = {DARK.name: "ours, dark; told apart without red and green", LIGHT.name: "ours, light; told apart the same way"}
WAYS = {
    "bell": "the terminal's bell",
    "desktop": "a notification of the desktop, where the terminal can show one",
    "title": "the title of the terminal's window",
    "off": "nothing",
}
EDITORS = {
    "yours": "the one that VISUAL or EDITOR names",
    "built in": "the one of this screen",
}
DIFFS = {
    "unified": "what was above what is",
    "side by side": "what was beside what is, in a wide terminal",
}
CHOICES = {"attention": WAYS, "editor": EDITORS, "diffs": DIFFS}
"""Settings with a few values, and what each of these means."""


@dataclass(frozen=True, slots=True)
class Words:
    """`title` in the list, `does` in the details, `unset` for what holds where nothing is set."""

    group: str
    title: str
    does: str
    unset: str = ""


WORDS: dict[str, Words] = {
    "theme": Words("look", "Theme", "Colours of the whole screen. Every state also has a sign and a word of its own."),
    "attention": Words(
        "look",
        "When you are needed",
        "How you are told that something waits for you: only while this app is not in front, and once for each need.",
    ),
    "editor": Words(
        "look",
        "Editor",
        "What opens a file. In a browser, and where VISUAL and EDITOR name none, it is the built-in one.",
        "yours, where EDITOR is set",
    ),
    "diffs": Words(
        "look", "Diffs", f"How a diff is laid out. Side by side needs {WIDE} columns. At a diff a key changes it."
    ),
    "keymap": Words(
        "keys",
        "Keymap",
        "A TOML file that gives other keys to what you do. A relative path counts from the folder of tui.toml.",
        "the keys as they come",
    ),
    "jobs": Words("engine", "Sessions at once", "At most, from 1 to 64.", "as meta.toml says, else 4"),
    "max_tokens": Words("engine", "Tokens of a run", "The run stops before it uses more than this.", "no limit"),
    "max_cost": Words("engine", "Cost of a run", "In US dollars. The run stops before it costs more.", "no limit"),
}
_ENGINE = "It holds for engines that are started from this screen, from their next start on. meta.toml has the others."


def shown_value(name: str, settings: Settings) -> str:
    """The value as people write it; what holds where nothing is set."""
    value = getattr(settings, name)
    if value in (None, ""):
        return WORDS[name].unset
    if name == "max_cost":
        return f"${value:.2f}"
    return count(value, "tokens") if name == "max_tokens" else str(value)


def theme_values(themes: Iterable[str]) -> list[tuple[str, str]]:
    """Ours, the terminal's own, then the others by name."""
    others = sorted(name for name in themes if name not in OWN and name not in ANSI)
    return [*OWN.items(), *ANSI.items(), *((name, "") for name in others)]


def setting_content(name: str, read: Read, actions: Mapping[str, Binding]) -> Content:
    """What it does, how to change it, and a sample."""
    words = WORDS[name]
    lines = [
        Content.styled(words.title, "bold"),
        Content.styled(one_line(shown_value(name, read.settings)), "$text-primary"),
        Content(""),
        Content(words.does),
    ]
    if words.group == "engine":
        lines += [Content(""), Content.styled(_ENGINE, "$text-muted")]
    lines += [Content(""), *_sample(name, read, actions), Content("")]
    place = ".".join(PLACES[name])
    return Content("\n").join(
        [*lines, Content.styled(f"In tui.toml it is `{place}`. backspace takes it out.", "$text-muted")]
    )


def _sample(name: str, read: Read, actions: Mapping[str, Binding]) -> list[Content]:
    if name == "theme":
        head = Content.styled("So the states look", "bold $text-primary")
        return [head, *(Content.styled(f"{look.glyph} {word(status)}", look.colour) for status, look in LOOKS.items())]
    if name in CHOICES:
        room = max(9, *(len(one) + 1 for one in CHOICES[name]))
        return [
            Content.assemble((f"{one:<{room}}", "bold"), (text, "$text-muted")) for one, text in CHOICES[name].items()
        ]
    if name == "keymap":
        return _keys(read, actions)
    return []


def _keys(read: Read, actions: Mapping[str, Binding]) -> list[Content]:
    lines = [Content.styled('id = "keys"', "bold $text-primary")]
    for id_, binding in actions.items():
        own = read.keys.get(id_)
        keys = (f'"{own}"', "$text-warning") if own else (f'"{binding.key}"', "")
        lines.append(Content.assemble((id_, "bold"), " = ", keys))
        lines.append(Content.styled(f"  {clean(binding.tooltip or binding.description)}", "$text-muted"))
    return lines
