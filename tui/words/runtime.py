"""A runtime in words: its state now, what it did in this run, and how to log in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import Look, count, duration, plural
from tui.lines.sanitize import clean, one_line
from tui.words.login import login_help

if TYPE_CHECKING:
    from tui.loaders.runtimes import RuntimeView
    from tui.read_model import SessionView


@dataclass(frozen=True, slots=True)
class RuntimeState:
    """A word, with its glyph and colour, and a sentence."""

    word: str
    look: Look
    why: str = ""


def runtime_state(runtime: RuntimeView, now: float, served: bool = False) -> RuntimeState:
    """What matters most about it: trouble in this run, then what it says of itself. `served`: it did a session here."""
    told = runtime.told
    if runtime.failures and runtime.until is None:
        return RuntimeState("needs you", Look("◆", "$text-warning"), runtime.reason)
    if runtime.failures and runtime.until is not None and runtime.until > now:
        return RuntimeState(f"resting {duration(runtime.until - now)}", Look("‖", "$text-secondary"), runtime.reason)
    if runtime.failures:
        return RuntimeState("is tried again", Look("◐", "$text-secondary"), runtime.reason)
    if told is None:
        return RuntimeState("not asked yet", Look("·", "$text-muted"))
    if told.installed is False:
        return RuntimeState("not installed", Look("–", "$text-disabled"), told.trouble)
    if told.installed is None:
        return RuntimeState("no answer", Look("?", "$text-warning"), told.trouble)
    if told.logged_in is False:
        return RuntimeState("not logged in", Look("✗", "$text-error"), told.trouble)
    if told.logged_in or served:
        return RuntimeState("works", Look("✓", "$text-success"), told.trouble)
    return RuntimeState("installed", Look("○", "$text-secondary"), told.trouble)


def used(name: str, sessions: tuple[SessionView, ...]) -> tuple[int, int, int | None]:
    """Sessions under way, sessions in all, and their tokens; None where nobody told any."""
    own = [session for session in sessions if session.runtime == name]
    told = [session.tokens for session in own if session.tokens is not None]
    return sum(session.live for session in own), len(own), sum(told) if told else None


def served(name: str, sessions: tuple[SessionView, ...]) -> bool:
    """Whether it has done a session here."""
    return any(session.runtime == name and session.outcome == "done" for session in sessions)


def runtime_content(runtime: RuntimeView, sessions: tuple[SessionView, ...], now: float) -> Content:
    """Everything about one runtime."""
    state = runtime_state(runtime, now, served(runtime.name, sessions))
    lines = [
        Content.assemble(
            (f"{state.look.glyph} ", state.look.colour),
            (one_line(runtime.name), "bold"),
            (f"  {state.word}", state.look.colour),
        )
    ]
    if state.why:
        lines.append(Content(clean(state.why).strip()))
    if runtime.failures and runtime.until is None:
        lines.append(
            Content.styled(
                "It is tried again only after you have acted: mend it, then start the engine.", "$text-muted"
            )
        )
    lines += [Content(""), *_facts(runtime, sessions), Content(""), *_login(runtime)]
    return Content("\n").join(lines)


def _facts(runtime: RuntimeView, sessions: tuple[SessionView, ...]) -> list[Content]:
    live, number, tokens = used(runtime.name, sessions)
    told = runtime.told
    facts = [
        ("sessions", f"{number} ({live} now)" if live else str(number)),
        ("tokens", count(tokens) or ("unknown" if number else "")),
        ("at once", _limit(runtime)),
        ("troubles", f"{runtime.failures} in a row" if runtime.failures else ""),
        ("version", told.version if told else ""),
        ("sandbox", told.sandbox if told else ""),
        ("can", ", ".join(told.capabilities) if told else ""),
    ]
    return [Content.assemble((f"{name:<10}", "$text-muted"), one_line(text)) for name, text in facts if text]


def _limit(runtime: RuntimeView) -> str:
    if runtime.failures:
        return "1 session, which tries whether the trouble is over"
    if runtime.limit is not None:
        return f"{plural(runtime.limit, 'session')}, lowered by rate limits; it grows again by itself"
    if runtime.parallel is not None:
        return f"{plural(runtime.parallel, 'session')}, as meta.toml says"
    return "as many as the run allows"


def _login(runtime: RuntimeView) -> list[Content]:
    known = login_help(runtime.name)
    lines = [Content.styled("Log in", "bold $text-primary")]
    if known.command:
        lines.append(Content.assemble(("$ ", "$text-muted"), (known.command, "bold"), ("   y copies", "$text-muted")))
    return lines + [Content.styled(note, "$text-muted") for note in known.notes]
