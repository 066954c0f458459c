"""Where a session and a person changed the same lines: the file with either side's, and which of them stands.

Both versions lie in git beside the work, so that a person can take the other side's lines without an editor. Taking
them writes the file in the workspace, as an editor would: the engine then sees it like any other edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from engine.errors import MetaError
from engine.git import Repository, merge_texts
from engine.state.atomic import write_atomic

Side = Literal["yours", "new"]
Standing = Literal["yours", "new", "edited", "unknown"]
"""`edited`: neither side's, a person brought them together. `unknown`: the versions were not kept."""

_OTHER: Mapping[Side, Side] = {"yours": "new", "new": "yours"}


class VersionsGone(MetaError):
    """Nothing is known of the two versions of a file."""


def conflicts_ref(gate: str) -> str:
    """Where the two versions of the files of a step lie, as `yours/PATH` and `new/PATH`."""
    return f"refs/meta/conflicts/{gate}"


def standing(folder: Path, gate: str, paths: Sequence[str]) -> dict[str, Standing]:
    """Path → whose lines the file in the workspace has now. Raises GitError."""
    versions = _versions(folder, gate, paths)
    return {path: _standing(_now(folder, path), versions.get(path)) for path in paths}


def take(folder: Path, gate: str, path: str, side: Side) -> bool:
    """Put one side's lines into the file; whatever else was changed in it stays. Whether it had other lines before.

    Raises VersionsGone, GitError, OSError.
    """
    versions = _versions(folder, gate, [path]).get(path)
    if versions is None:
        raise VersionsGone(f"{path}: its two versions were not kept in git. Edit the file instead.")
    now = _now(folder, path)
    wanted = _with(side, now, versions)
    if wanted == now:
        return False
    place = folder / path
    if wanted is None:
        place.unlink()
        return True
    mode = place.stat().st_mode if now is not None else None
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(place, wanted)
    if mode is not None:
        place.chmod(mode)
    return True


_Versions = Mapping[Side, bytes | None]


def _versions(folder: Path, gate: str, paths: Sequence[str]) -> dict[str, _Versions]:
    """Path → the file with each side's lines, None where that side has no such file."""
    repository = Repository(folder)
    commit = repository.resolve(conflicts_ref(gate))
    if commit is None:
        return {}
    asked = [f"{side}/{path}" for path in paths for side in _OTHER]
    found = repository.read_present(commit, asked)
    both = {path: {side: found.get(f"{side}/{path}") for side in _OTHER} for path in paths}
    return {path: versions for path, versions in both.items() if any(data is not None for data in versions.values())}


def _now(folder: Path, path: str) -> bytes | None:
    try:
        return (folder / path).read_bytes()
    except FileNotFoundError:
        return None


def _with(side: Side, now: bytes | None, versions: _Versions) -> bytes | None:
    """The file as it is now, with one side's lines where both had changed them."""
    wanted, other = versions[side], versions[_OTHER[side]]
    if wanted is None or other is None or now is None:
        return wanted
    return merge_texts(other, now, wanted, "theirs").text


def _standing(now: bytes | None, versions: _Versions | None) -> Standing:
    if versions is None:
        return "unknown"
    for side in _OTHER:
        if now == versions[side]:
            return side
    if now is None:
        return "edited"
    return next((side for side in _OTHER if _with(side, now, versions) == now), "edited")
