"""Getting a person's attention: only when somebody is needed and the app is not in front, and once for each need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.lines.sanitize import one_line

if TYPE_CHECKING:
    from tui.read_model import WorkspaceView

Way = Literal["bell", "desktop", "title", "off"]


class Need(NamedTuple):
    """Something that only a person can do. Equal needs are one need."""

    key: str
    text: str


def needs(view: WorkspaceView) -> tuple[Need, ...]:
    """What waits for the person: open questions, and steps that failed for good."""
    asked = [
        Need(
            f"{one.gate} {one.round}",
            f"{view.title(one.gate)} {'has questions' if one.kind == 'answers' else 'wants your approval'}",
        )
        for one in view.waiting
    ]
    failed = [
        Need(
            f"failed {step.name} {len(step.sessions)} {step.failure_count}",
            f"{view.title(step.name)} failed and needs you",
        )
        for step in view.steps
        if step.status == "failed"
    ]
    return (*asked, *failed)


def news(current: Iterable[Need], told: frozenset[str], in_front: bool) -> tuple[tuple[Need, ...], frozenset[str]]:
    """The needs to tell of now, and all that are told of then. Who has the app in front has seen them."""
    known = tuple(current)
    new = () if in_front else tuple(need for need in known if need.key not in told)
    return new, frozenset(need.key for need in known)


def sequence(way: Way, new: tuple[Need, ...], app: str, environ: Mapping[str, str]) -> str:
    """What is sent to the terminal; "" for nothing."""
    if not new or way == "off":
        return ""
    if way == "bell":
        return "\a"
    more = f" and {len(new) - 1} more" if len(new) > 1 else ""
    text = f"{_safe(new[0].text)}{more}"
    if way == "title":
        return title_sequence(f"◆ {text}")
    return _passed_through(_desktop(_safe(app), text, environ), environ)


def title_sequence(text: str) -> str:
    """Sets the title of the terminal's window."""
    return f"\x1b]2;{_safe(text)}\x07"


def _desktop(app: str, text: str, environ: Mapping[str, str]) -> str:
    """OSC 777 for the terminals that know only that, else OSC 9."""
    terminal = environ.get("TERM", "")
    if terminal.startswith(("rxvt", "foot")) or "VTE_VERSION" in environ:
        return f"\x1b]777;notify;{app};{text}\x07"
    return f"\x1b]9;{app}: {text}\x07"


def _passed_through(text: str, environ: Mapping[str, str]) -> str:
    """Around what tmux is to hand on to the terminal it runs in."""
    if "TMUX" not in environ:
        return text
    return "\x1bPtmux;" + text.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _safe(text: str) -> str:
    """Nothing that ends or divides a sequence."""
    return one_line(text, 120).replace(";", ",")


class Attendant:
    """Remembers what was told. `write` sends a sequence to the terminal."""

    def __init__(self, way: Way, write: Callable[[str], None], environ: Mapping[str, str]) -> None:
        self.way, self.write, self.environ = way, write, environ
        self._told: frozenset[str] = frozenset()
        self._titled = False

    def look(self, view: WorkspaceView, in_front: bool) -> None:
        """Looks at a view; tells of what is new, and takes the title back when it is seen or done."""
        new, self._told = news(needs(view), self._told, in_front)
        if text := sequence(self.way, new, view.app, self.environ):
            self.write(text)
            self._titled = self._titled or self.way == "title"
        elif self._titled and (in_front or not self._told):
            self.write(title_sequence(f"meta · {view.app}"))
            self._titled = False
