"""What the board shows when no session runs: why, and which key goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.lines.format import count, duration, plural
from tui.lines.sanitize import one_line
from tui.words.decided import decided, taken_up

if TYPE_CHECKING:
    from tui.read_model import StepView, WorkspaceView


def idle_content(view: WorkspaceView, engine_word: str, now: float) -> Content:
    """A heading, one or two sentences, and a key."""
    failed = [step for step in view.steps if step.status in ("failed", "stopped")]
    busy = [step for step in view.steps if step.status in ("running", "checking")]
    if busy and view.engine.running:
        return _busy(busy[0], view.title(busy[0].name))
    if view.waiting:
        return _waiting(view, now)
    if view.decided:
        return _decided(view, engine_word)
    if failed:
        return _failed(failed, view.title(failed[0].name))
    if view.finished:
        return _finished(view)
    if view.paused:
        return _state("‖ Paused", "$text-secondary", "Nothing new is started.", ("p", "go on"))
    if view.engine.running:
        return _state("● The engine is at work", "$text-primary", "Sessions appear here as they start.")
    if engine_word.startswith("◌"):
        return _state("◌ The engine is starting", "$text-primary", "Sessions appear here as they start.")
    return _state(
        "○ Nothing runs",
        "$text-muted",
        "The engine is stopped. Everything done so far is kept.",
        ("s", "start the engine"),
    )


def _busy(step: StepView, name: str) -> Content:
    heading = "◐ The engine checks" if step.status == "checking" else "● The engine works on"
    return _state(f"{heading} {name}", "$text-secondary", step.why or "It runs the checks itself: no claim counts.")


def _waiting(view: WorkspaceView, now: float) -> Content:
    first = view.waiting[0]
    what = "has questions for you" if first.kind == "answers" else "wants your approval"
    since = f" for {duration(now - first.since)}" if first.since is not None else ""
    more = f" {plural(len(view.waiting) - 1, 'more question')} behind it." if len(view.waiting) > 1 else ""
    key = "answer" if first.kind == "answers" else "read and decide"
    noted = f"\n{taken_up(view)}." if view.decided else ""
    text = f"{view.title(first.gate)} {what}. It has been waiting{since}.{more}{noted}"
    return _state("◆ The next step is yours", "$text-warning", text, ("a", key))


def _decided(view: WorkspaceView, engine_word: str) -> Content:
    heading, them = f"✓ {decided(view)}", "it" if len(view.decided) == 1 else "them"
    if view.engine.running or engine_word.startswith("◌"):
        return _state(heading, "$text-success", f"The engine takes {them} up.")
    return _state(heading, "$text-success", f"An engine takes {them} up when one runs.", ("s", "start the engine"))


def _failed(steps: list[StepView], name: str) -> Content:
    first = steps[0]
    more = f" So did {plural(len(steps) - 1, 'other step')}." if len(steps) > 1 else ""
    text = f"{first.why or 'It needs a person before it can go on.'}{more}"
    word = "failed" if first.status == "failed" else "stopped"
    return _state(f"✗ {name} {word}", "$text-error", text, ("3", "read the evidence"), ("R", "try again"))


def _finished(view: WorkspaceView) -> Content:
    tokens = count(view.budget.tokens, "tokens")
    used = ", ".join(filter(None, [plural(view.budget.sessions, "session"), tokens]))
    proof = "Every claim has a receipt; PROOF.md lists them."
    text = f"{view.app} is built: {used}.\n{proof}\nREADME.md says how to use it."
    return _state("✓ Done", "$text-success", text, ("C", "change it"), ("q", "leave"))


def _state(heading: str, style: str, text: str, *keys: tuple[str, str]) -> Content:
    lines = "\n".join(one_line(line) for line in text.split("\n"))
    content = Content.assemble((heading, f"bold {style}"), "\n\n", (lines, "$foreground"))
    for key, does in keys:
        content += Content.assemble(
            "\n\n" if key == keys[0][0] else "   ", (f" {key} ", "bold $background on $text-muted")
        )
        content += Content.styled(f" {does}", "$text-muted")
    return content
