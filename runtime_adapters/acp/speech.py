"""Joins the chunks an agent's words come in, which are pieces of words, to lines."""

from __future__ import annotations

from collections.abc import Callable

Emit = Callable[..., None]
LONGEST_LINE = 4000


class Speech:
    """Says each line when it is complete, and the rest when the agent does something else.

    `statement` is all the agent said since it last did something else, shortened to a few lines' length.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._source = ("text", "")
        self._rest = ""
        self._over = False
        self.statement = ""

    def add(self, kind: str, message: str, text: str) -> None:
        """A chunk of a `text` or `thought`; `message` is the id of the message it belongs to, if it has one."""
        if (kind, message) != self._source:
            self.end()
            self._source = (kind, message)
        if self._over:
            self._over, self.statement = False, ""
        if kind == "text":
            self.statement = (self.statement + text)[:LONGEST_LINE]
        lines, newline, self._rest = (self._rest + text).rpartition("\n")
        if newline or len(self._rest) > LONGEST_LINE:
            rest, self._rest = ("", self._rest) if newline else (self._rest, "")
            self._say(lines + rest)

    def end(self) -> None:
        """The agent did something else: what it says next is a new statement."""
        rest, self._rest, self._over = self._rest, "", True
        self._say(rest)

    def _say(self, text: str) -> None:
        if text.strip():
            self._emit(self._source[0], text=text.strip("\n"))
