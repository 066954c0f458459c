"""What an engine action may write into adopted code: never over a file that was there, never beside its layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.adoption.write import ADOPTED_REF
from engine.artifacts import covers
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.roles import SOURCE
from engine.legos.toolchain import Toolchain, fill
from engine.lifecycle.drift import CONTRACT


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
    never = [fill(path, plan.app, None) for path in toolchain.survey.left_out] if toolchain.survey else []
    usual = fill(toolchain.role(SOURCE)[0].partition("{lego}")[0], plan.app, None)
    if any(CONTRACT in files for files in plan.files_of.values()):
        never.append(usual)  # the app's package lies elsewhere: a second one of its name would hide it
    return {path for path in paths if covers(never, path)}
