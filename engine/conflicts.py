"""Where a session and a person changed the same lines: the file with either side's, and which of them stands.

Both versions lie in git beside the work, so that a person can take the other side's lines without an editor, in a
whole file or at one place of it. Taking them writes the file in the workspace, as an editor would: the engine then
sees it like any other edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from engine.conflict_places import Parts, Side, cut, hunks
from engine.conflict_reading import PlaceStanding, put, read
from engine.errors import MetaError
from engine.git import Repository, merge_texts
from engine.state.atomic import write_atomic

Standing = Literal["yours", "new", "edited", "unknown"]
"""`edited`: neither side's, a person brought them together. `unknown`: the versions were not kept."""

_OTHER: Mapping[Side, Side] = {"yours": "new", "new": "yours"}
_NOT_FOUND: Mapping[PlaceStanding, str] = {
    "edited": "these lines, or one beside them, were edited since",
    "unclear": "these lines look the same as others in the file",
}


class VersionsGone(MetaError):
    """Nothing is known of the two versions of a file."""


class PlaceGone(MetaError):
    """It cannot be told which lines of a file are those of a place."""


class Stands(NamedTuple):
    """Whose lines a file has, and each of its places in order; no places where the conflict is none of lines."""

    file: Standing
    places: tuple[PlaceStanding, ...] = ()


def conflicts_ref(gate: str) -> str:
    """Where the two versions of the files of a step lie, as `yours/PATH` and `new/PATH`."""
    return f"refs/meta/conflicts/{gate}"


def standing(folder: Path, gate: str, paths: Sequence[str]) -> dict[str, Standing]:
    """Path → whose lines the file in the workspace has now. Raises GitError."""
    versions = _versions(folder, gate, paths)
    return {path: _standing(_now(folder, path), versions.get(path)) for path in paths}


def standing_by_place(folder: Path, gate: str, marked: Mapping[str, str]) -> dict[str, Stands]:
    """Path → whose lines stand, also at each place. `marked`: path → the conflict as git showed it. Raises GitError."""
    versions = _versions(folder, gate, list(marked))
    return {path: _stands(_now(folder, path), versions.get(path), text) for path, text in marked.items()}


def take(folder: Path, gate: str, path: str, side: Side, marked: str = "") -> bool:
    """Put one side's lines into the file; whatever else was changed in it stays. Whether it had other lines before.

    `marked`: the conflict as git showed it; with it each place is found for itself, if all of them still can be.
    Raises VersionsGone, GitError, OSError.
    """
    versions = _kept_versions(folder, gate, path)
    now, parts = _now(folder, path), _parts(versions, marked)
    if parts and now is not None:
        wanted = put(now, parts, dict.fromkeys(range(len(parts.places)), side))
        if wanted is not None:
            return _write(folder / path, now, wanted)
    return _write(folder / path, now, _with(side, now, versions))


def take_place(folder: Path, gate: str, path: str, side: Side, marked: str, number: int) -> bool:
    """Put one side's lines into the file at one place, from 0; the rest stays. Whether it had other lines before.

    Raises PlaceGone, VersionsGone, GitError, OSError. A conflict that is none of lines is taken whole.
    """
    if hunks(marked)[number].said:
        return take(folder, gate, path, side)
    parts, now = _parts(_kept_versions(folder, gate, path), marked), _now(folder, path)
    if now is None:
        raise _gone(path, number, "the file is gone")
    if parts is None:
        raise _gone(path, number, "its lines are not found in the two versions that were kept")
    wanted = put(now, parts, {number: side})
    if wanted is None:
        raise _gone(path, number, _NOT_FOUND[read(now, parts)[number].stands])
    return _write(folder / path, now, wanted)


def _gone(path: str, number: int, why: str) -> PlaceGone:
    return PlaceGone(f"{path}, place {number + 1}: {why}. Edit the file, or take one side's lines in all of it.")


def _write(place: Path, now: bytes | None, wanted: bytes | None) -> bool:
    """As an editor would, its rights kept; whether it was any other before."""
    if wanted == now:
        return False
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


def _kept_versions(folder: Path, gate: str, path: str) -> _Versions:
    versions = _versions(folder, gate, [path]).get(path)
    if versions is None:
        raise VersionsGone(f"{path}: its two versions were not kept in git. Edit the file instead.")
    return versions


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


def _parts(versions: _Versions, marked: str) -> Parts | None:
    """The places of a file; None where it has none, or they are not to be found."""
    shown = hunks(marked)
    if versions["yours"] is None or versions["new"] is None or not shown or any(hunk.said for hunk in shown):
        return None
    return cut(versions["yours"], versions["new"], shown)


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


def _stands(now: bytes | None, versions: _Versions | None, marked: str) -> Stands:
    parts = _parts(versions, marked) if versions else None
    if parts is None or now is None:
        return Stands(_standing(now, versions))
    places = tuple(found.stands for found in read(now, parts))
    one = next((side for side in _OTHER if set(places) == {side}), None)
    return Stands(one or "edited", places)


def _standing(now: bytes | None, versions: _Versions | None) -> Standing:
    if versions is None:
        return "unknown"
    for side in _OTHER:
        if now == versions[side]:
            return side
    if now is None:
        return "edited"
    return next((side for side in _OTHER if _with(side, now, versions) == now), "edited")
