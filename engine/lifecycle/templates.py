"""Files that the engine renders from its documents' templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from engine.errors import MetaError
from engine.resources import document


def rendered(name: str, values: Mapping[str, object], overlay: Path | None = None) -> bytes:
    """The file made from `templates/<name>`. Raises MetaError: the template cannot be rendered."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    path = document(f"templates/{name}", overlay)
    try:
        return environment.from_string(path.read_text(encoding="utf-8")).render(values).encode()
    except (TemplateError, TypeError) as error:  # `tojson` of what is not there is a TypeError
        raise MetaError(f"{path}: the template cannot be rendered: {error}") from error
