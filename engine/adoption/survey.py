"""What is in a repository: the toolchain's own script reads a clean checkout of a commit, confined, with a deadline."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import MetaError
from engine.gates import confined
from engine.gates.interpreter import interpreter_paths
from engine.gates.sandbox import Sandbox
from engine.git import Repository
from engine.legos.toolchain import Survey, Toolchain

REPORT = ".meta-survey.json"
SECONDS = 120.0
MOST_BYTES = 64 * 1024 * 1024


class SurveyFailed(MetaError):
    """The repository could not be read; nothing was changed."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Module(_Said):
    """A module: its file, its full name, whom it imports. `unknown` are imports that no requirement explains."""

    path: str
    name: str
    doc: str = ""
    size: int = 0
    imports: list[str] = []
    packages: list[str] = []
    unknown: list[str] = []


class TestFile(_Said):
    """A file with tests, and the modules that it imports."""

    __test__ = False
    path: str
    imports: list[str] = []


class Broken(_Said):
    """A file that could not be parsed."""

    path: str
    why: str


class Report(_Said):
    """All that the script found. `support` are files that tests share; the likeliest of `entries` comes first."""

    schema_version: Literal[1]
    name: str = ""
    modules: list[Module]
    tests: list[TestFile] = []
    support: list[str] = []
    packages: list[str] = []
    entries: list[str] = []
    broken: list[Broken] = []


def survey(repository: Repository, commit: str, toolchain: Toolchain, sandbox: Sandbox, interpreter: Path) -> Report:
    """What the files of a commit are, by the script of the toolchain. Raises SurveyFailed."""
    if toolchain.survey is None:
        raise SurveyFailed(f"{toolchain.path}: it has no section `## Survey`, so code of that kind cannot be adopted.")
    script = find_script(toolchain, toolchain.survey)
    with tempfile.TemporaryDirectory(prefix="meta-survey-") as folder:
        root = Path(folder).resolve() / "checkout"
        repository.export(commit, root)
        report = root / REPORT
        report.unlink(missing_ok=True)
        words = {"{python}": str(interpreter), "{script}": str(script), "{report}": str(report)}
        argv = [words.get(word, word) for word in toolchain.survey.argv]
        readable = (*interpreter_paths(interpreter), script.parent)
        ran = asyncio.run(confined.run(sandbox, argv, root, {}, SECONDS, readable))
        if ran.exit_code != 0:
            raise SurveyFailed(f"{script}: it could not read the repository (exit code {ran.exit_code}): {ran.output}")
        return read_report(report, script)


def find_script(toolchain: Toolchain, survey_: Survey) -> Path:
    """Where the script of a toolchain lies. Raises SurveyFailed."""
    found = [folder / survey_.script for folder in toolchain.template_folders if (folder / survey_.script).is_file()]
    if not found:
        raise SurveyFailed(f"{toolchain.path}: its script {survey_.script} is missing: install the package again.")
    return found[0].resolve()


def read_report(path: Path, script: Path) -> Report:
    """What the script wrote. Raises SurveyFailed when that is no report."""
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            raise SurveyFailed(f"{script}: its report has more than {MOST_BYTES:,} bytes")
        return Report.model_validate_json(data)
    except OSError as error:
        raise SurveyFailed(f"{script}: it left no report ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise SurveyFailed(f"{script}: its report is wrong at {where}: {first['msg']}") from error
