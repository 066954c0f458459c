"""The compiler's whole vocabulary, put together from the gates, the toolchain and the runner's actions."""

from __future__ import annotations

from pathlib import Path

from engine.document.parser import load, parse
from engine.document.problems import DocumentError, Problem
from engine.document.vocabulary import Vocabulary
from engine.gates.criteria import forms
from engine.legos.toolchain import Toolchain, find_toolchain
from engine.legos.toolchain_lint import toolchain_problems
from engine.resources import document as resource
from engine.resources import meta_home
from engine.runner.actions import ACTIONS
from engine.workspace import GIVEN

WISDOM = "_wisdom.md"
TOOLCHAINS = "toolchains"


def vocabulary(toolchain: Toolchain, overlay: Path | None = None) -> Vocabulary:
    """Every word a document may use with that toolchain; `overlay` is a workspace's own `.meta`."""
    wisdom = [folder / "wisdom" for folder in (meta_home(), overlay) if folder]
    return Vocabulary(
        forms=tuple(forms()),
        roles=tuple(toolchain.roles),
        commands=tuple(toolchain.commands),
        actions=tuple(ACTIONS),
        tags=tuple(sorted({path.name.removesuffix(WISDOM) for folder in wisdom for path in folder.glob(f"*{WISDOM}")})),
        given=GIVEN,
    )


def lint_document(path: Path, toolchain: str = "python") -> list[Problem]:
    """Every mistake in a document file. Raises DocumentError only when it cannot be read as text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        load(path)
        raise
    return list(parse(text, str(path), vocabulary(find_toolchain(toolchain))).problems)


def lint_toolchain(path: Path, overlay: Path | None = None) -> list[str]:
    """Every mistake in a toolchain document, and what the engine's own orchestration document asks of it in vain."""
    if wrong := toolchain_problems(path, overlay):
        return wrong
    document = resource("AGENTS.md")
    default = set(lint_document(document))
    asked = lint_document(document, path.stem) if path.stem in _names(overlay) else []
    return [f"{path}: {problem}" for problem in asked if problem not in default]


def toolchain_documents(overlay: Path | None = None) -> list[Path]:
    """The toolchain documents in force; those of `overlay`, a workspace's own `.meta`, go before the engine's."""
    return [resource(f"{TOOLCHAINS}/{name}.md", overlay) for name in _names(overlay)]


def _names(overlay: Path | None) -> list[str]:
    homes = [folder / TOOLCHAINS for folder in (meta_home(), overlay) if folder]
    return sorted({path.stem for home in homes for path in home.glob("*.md")})


__all__ = ["DocumentError", "lint_document", "lint_toolchain", "toolchain_documents", "vocabulary"]
