"""Files that are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import to_json

TEMPORARY = ".tmp"
"""How the name of a file ends that is not finished yet; no reader looks at these."""


def write_atomic(path: Path, data: bytes, mode: int | None = None) -> None:
    """Put `data` at `path`, durably: a reader, also one after a power cut, sees the old or the new bytes.

    `mode`: the permissions that the file has from its first moment on.
    """
    replace_file(path, data, mode=mode)
    sync_folder(path.parent)


def replace_file(path: Path, data: bytes, spare: Path | None = None, *, mode: int | None = None) -> None:
    """As `write_atomic`, but durable only after `sync_folder`: several files can share that one call.

    The unfinished file lies beside `path`, or in the folder `spare` of the same file system.
    """
    temporary = (spare or path.parent) / f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        try:
            if mode is not None:
                os.fchmod(descriptor, mode)
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)  # noqa: PTH105 - the crash tests count the calls of `os`
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; one `write` unless the kernel takes less."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporaries(folder: Path) -> None:
    """Remove what a killed `replace_file` left; only for a folder whose one writer is the caller."""
    for path in folder.glob(f".*{TEMPORARY}"):
        path.unlink(missing_ok=True)


def dump_json(value: BaseModel | Mapping[str, object]) -> bytes:
    """Pretty JSON with sorted keys and a newline at its end.

    The keys are sorted first because pydantic's serializer, several times faster than `json`, keeps their order.
    """
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return to_json(_sorted(plain), indent=2) + b"\n"


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value
