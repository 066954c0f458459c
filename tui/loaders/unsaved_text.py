"""Drafts of unsaved text, a file each in the user's own folder for state. Blocking.

They lie there and not in a workspace, for files are edited that belong to none; nobody else looks at them or commits
them.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from engine.errors import MetaError
from tui.editing.unsaved_text import MOST_BYTES, Draft, NoDraft, digest, dump, parse
from tui.loaders.text_file import read_data
from tui.person.recent import APPLICATION

FOLDER = "drafts"
MOST = 100
"""Drafts that are kept; the oldest go first."""
_ENDING, _ASIDE = ".draft", ".unread"
_DAY = 24 * 3600.0


class DraftTrouble(MetaError):
    """A draft that could not be read, written or removed: where it lies, why, and what is to be done."""


def drafts_folder() -> Path:
    """The folder of this user."""
    return Path(platformdirs.user_state_path(APPLICATION)) / FOLDER


def draft_place(file: Path) -> Path:
    """Where the draft of a file lies: the same for every way to name it."""
    return drafts_folder() / f"{digest(os.fsencode(os.path.realpath(file)))[:32]}{_ENDING}"


def load(file: Path) -> Draft | None:
    """The draft of a file, if there is one; what is none is put aside. Raises DraftTrouble."""
    place = draft_place(file)
    try:
        data = read_data(place, MOST_BYTES + 1)
        if data is None:
            return None
        try:
            return parse(data, Path(os.path.realpath(file)))
        except NoDraft as error:
            aside = place.with_suffix(_ASIDE)
            place.replace(aside)
            raise DraftTrouble(f"{aside}: {error}. It was put aside; read it with another program.") from error
    except OSError as error:
        raise DraftTrouble(f"{place}: {error.strerror}. Look at it before you type: it is written over.") from error


def save(draft: Draft) -> None:
    """Writes a draft, atomically and for this user's eyes only. Raises DraftTrouble."""
    from engine.state.atomic import write_atomic

    place = draft_place(draft.file)
    try:
        data = dump(draft)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.exists():
            _make_room(place.parent)
        write_atomic(place, data, 0o600)
    except (OSError, NoDraft) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise DraftTrouble(f"{place}: {why}. What you type is nowhere but on the screen: save it often.") from error


def remove(draft: Draft) -> None:
    """Removes this draft; one that another screen wrote in its place stays. Raises DraftTrouble."""
    place = draft_place(draft.file)
    try:
        if read_data(place, MOST_BYTES + 1) == dump(draft):
            place.unlink(missing_ok=True)
    except OSError as error:
        raise DraftTrouble(f"{place}: {error.strerror}. Remove it yourself: its text is settled.") from error


def _make_room(folder: Path) -> None:
    """For one more: what a kill left half written goes, and the oldest."""
    with suppress(FileNotFoundError):  # another screen makes room too
        for one in folder.glob(".*.tmp"):
            if time.time() - one.stat().st_mtime > _DAY:
                one.unlink()
        drafts = [one for ending in (_ENDING, _ASIDE) for one in folder.glob(f"*{ending}")]
        for one in sorted(drafts, key=lambda one: one.stat().st_mtime, reverse=True)[MOST - 1 :]:
            one.unlink()
