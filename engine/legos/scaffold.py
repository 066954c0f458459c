"""The shared files of an app: rendered from the toolchain's templates and the plan. The same plan, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from engine.legos.model import Plan
from engine.legos.toolchain_model import SharedFile, Toolchain, ToolchainError


def scaffold(plan: Plan, toolchain: Toolchain, intent_title: str) -> dict[str, bytes]:
    """Path → content of every shared file. Raises ToolchainError when a template is missing or wrong."""
    environment = Environment(
        loader=FileSystemLoader(toolchain.template_folders),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = quoted
    active = set(plan.active)
    values = {
        "app": plan.app,
        "title": " ".join(intent_title.split()) or plan.app,
        "entry": plan.entry,
        "legos": [plan.lego(name) for name in plan.order() if name in active],
        "packages": plan.packages(),
        "home": toolchain.home(plan),
    }
    return {
        path: _render(environment, file, values)
        for file in toolchain.shared_by(plan)
        for path in toolchain.located(file.path, plan, None)
    }


def quoted(text: str) -> str:
    """A string literal with double quotes, as most languages and configuration files read it."""
    return json.dumps("".join(character for character in text if character.isprintable()), ensure_ascii=False)


def _render(environment: Environment, file: SharedFile, values: Mapping[str, object]) -> bytes:
    try:
        return environment.get_template(file.template).render(values).encode()
    except TemplateError as error:
        raise ToolchainError(f"{file.template}: the template for {file.path} cannot be rendered: {error}") from error
