"""Where the tabs of the LEGO view get their lines from: what is to be read for each, and what was read so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui.lego_data import ATTEMPTS, BRIEF, DIFF, RECEIPTS, attempts_of, lego_of, sessions_of, steps_of
from tui.lines.document import DrawnDiff, diff_lines, drawn, file_lines
from tui.loaders.brief import load_brief
from tui.loaders.diff import Attempt, load_diffs
from tui.loaders.documents import Part, load_documents
from tui.loaders.receipts import load_receipts
from tui.loaders.session_files import load_session_files
from tui.words.lego import attempt_lines, brief_lines, receipt_lines

if TYPE_CHECKING:
    from tui.lines.text import TextLine
    from tui.read_model import SessionView, WorkspaceView

Load = Callable[[str, Callable[[], Any]], None]
"""(name, loader): calls the loader in a thread."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a tab needs: `name` for it, what it `depends` on (then it is read again), and how it is read."""

    name: str
    depends: Any
    loader: Callable[[], Any]


def source_of(view: WorkspaceView, lego: str, tab: str, session: SessionView | None) -> Source | None:
    """What is to be read for a tab; None where there is nothing yet."""
    known, steps = lego_of(view, lego), steps_of(view, lego)
    if tab == BRIEF:
        if session is None:
            return None
        return Source(f"brief of {session.id}", None, partial(load_brief, session.folder))
    if tab == DIFF:
        attempts = attempts_of(view, lego)
        return Source(f"diff of {lego}", attempts, partial(_load_drawn, view.folder, attempts))
    if tab == RECEIPTS:
        checks = [step.checks for step in steps]
        return Source(f"receipts of {lego}", checks, partial(load_receipts, view.folder, lego))
    part, tip = cast(Part, tab), known.tip if known else ""
    loader = partial(load_documents, view.folder, lego, part, tip, view.toolchain)
    return Source(f"{part} of {lego}", (tip, [step.status for step in steps]), loader)


def _load_drawn(folder: Path, attempts: Sequence[Attempt]) -> tuple[DrawnDiff, ...]:
    """The diffs with their lines, made where nobody waits for a key."""
    return tuple(map(drawn, load_diffs(folder, attempts)))


@dataclass
class LegoSources:
    """What was read, what could not be, and which lines the person opened."""

    load: Load
    data: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)
    _opened: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _made: dict[str, tuple[Any, set[str], Sequence[TextLine]]] = field(default_factory=dict)
    """The lines made last of what was read, and of what was open then: ten thousand are not made twice."""

    def want(self, source: Source) -> None:
        """Has it read, unless that was done since what it depends on changed."""
        if source.name not in self._asked or self._asked[source.name] != source.depends:
            self._asked[source.name] = source.depends
            self.load(source.name, source.loader)

    def forget(self) -> None:
        """Everything is read again when it is wanted; what is known shows until then."""
        self._asked.clear()
        self.problems.clear()

    def take(self, name: str, result: Any, problem: str) -> None:
        """What came of reading."""
        self.problems.pop(name, None)
        if problem:
            self.problems[name] = problem
            return
        if name.startswith("diff of ") and name not in self.data:
            # The newest change is what a person would open first.
            newest = next((one.diff.session for one in result if one.lines), None)
            self.opened(name.removeprefix("diff of "), DIFF).update([newest] if newest else [])
        self.data[name] = result

    def opened(self, lego: str, tab: str) -> set[str]:
        """The keys of the lines that are open in a tab."""
        return self._opened.setdefault((lego, tab), set())

    def lines(self, name: str, lego: str, tab: str, title: str) -> Sequence[TextLine]:
        """What was read under that name, as lines; `title` names the session of a brief."""
        data, opened = self.data[name], self.opened(lego, tab)
        known = self._made.get(name)
        if known is None or known[0] is not data or known[1] != opened:
            self._made[name] = (data, set(opened), _lines(tab, data, opened, title))
        return self._made[name][2]

    def attempts(self, view: WorkspaceView, lego: str, now: float) -> Sequence[TextLine]:
        """The sessions of a LEGO; the files of an opened one are read."""
        opened = self.opened(lego, ATTEMPTS)
        sessions = sessions_of(view, lego)
        files: dict[str, Sequence[tuple[str, int]]] = {}
        for session in sessions:
            source = Source(f"files of {session.id}", session.outcome, partial(load_session_files, session.folder))
            if session.id in opened:
                self.want(source)
            if source.name in self.data:
                files[session.id] = self.data[source.name]
        return attempt_lines(sessions, opened, cast(Mapping[str, Sequence[tuple[str, int]]], files), now)


def _lines(tab: str, data: Any, opened: set[str], title: str) -> Sequence[TextLine]:
    if tab == BRIEF:
        return brief_lines(data, title) if data is not None else ()
    if tab == DIFF:
        return diff_lines(data, opened)
    return receipt_lines(data, opened) if tab == RECEIPTS else file_lines(data)
