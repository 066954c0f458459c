"""What an engine action may write into adopted code: never over a file that was there, never beside its layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.adoption.write import ADOPTED_REF
from engine.artifacts import covers
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.toolchain import Toolchain


def allowed(
    repository: Repository,
    files: Mapping[str, bytes | None],
    outputs: Collection[str],
    plan: Plan | None,
    toolchain: Toolchain,
) -> dict[str, bytes | None]:
    """The files of an engine action, without those that adopted code forbids. `outputs`: what its step may write."""
    adopted = repository.resolve(ADOPTED_REF)
    if adopted is None:
        return dict(files)
    theirs = {path for path in repository.ids(adopted, files) if covers(list(outputs), path)}
    strange = {*theirs, *(left_out(files, plan, toolchain) if plan else ())}
    return {path: data for path, data in files.items() if data is None or path not in strange}


def left_out(paths: Collection[str], plan: Plan, toolchain: Toolchain) -> set[str]:
    """Those that only an app has which was laid out by the toolchain from its beginning."""
    patterns = toolchain.survey.left_out if toolchain.survey else ()
    never = [path for pattern in patterns for path in toolchain.located(pattern, plan, None)]
    return {path for path in paths if covers(never, path)}
