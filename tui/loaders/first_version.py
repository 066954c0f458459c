"""A file that was never approved: as it was generated beside it as a person left it. Blocking."""

from __future__ import annotations

from pathlib import Path

from engine.git import GitError, Repository
from tui.artifact import document_of
from tui.loaders.gate import Page, compared


def with_own_edits(folder: Path, page: Page, made_in: str) -> Page:
    """The page with what a person changed since, if they did. `made_in`: the commit that has it as generated, or ""."""
    document = page.document
    if page.before != "first" or not made_in or document.path.endswith("/"):
        return page
    repository = Repository(folder)
    try:
        data = repository.read_present(made_in, [document.path]).get(document.path)
        if data is None:
            return page
        generated = document_of(document.path, data).text
        found = compared(repository, document, generated, "edited")
        return found if found.before == "edited" else page
    except GitError as error:
        return Page(document, trouble=f"As it was generated it cannot be read: {error}")
