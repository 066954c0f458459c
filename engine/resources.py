"""Where the bundled data is: `.meta/` and `examples/`, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

from engine.errors import MetaError

PACKAGE = Path(__file__).resolve().parent


class ResourceError(MetaError):
    """A bundled file is missing."""


def meta_home() -> Path:
    """The engine's own `.meta` folder. Raises ResourceError."""
    return _home(".meta")


def examples_home() -> Path:
    """The folder of bundled examples. Raises ResourceError."""
    return _home("examples")


def document(name: str, overlay: Path | None = None) -> Path:
    """The file `name` of `.meta`: that of `overlay` (a workspace's `.meta` folder) if it is there, else the engine's.

    Raises ResourceError when neither has it.
    """
    own = overlay / name if overlay else None
    if own and own.is_file():
        return own
    path = meta_home() / name
    if not path.is_file():
        looked = f"{own} and {path}" if own else str(path)
        raise ResourceError(f"there is no document {name!r}: looked for {looked}")
    return path


def _home(name: str, package: Path = PACKAGE) -> Path:
    """A wheel carries the data in `engine/_bundled`; a checkout has it beside the package."""
    for home in (package / "_bundled" / name, package.parent / name):
        if home.is_dir():
            return home
    raise ResourceError(f"the bundled folder {name!r} is missing beside {package}: install the package again")
