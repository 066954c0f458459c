"""What the screen asks its caller to do after it is left."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple


class Launch(NamedTuple):
    """`example` builds the bundled example; `new` begins an app in `folder`, with the intent there; `open` opens it."""

    kind: Literal["example", "new", "open"]
    folder: Path | None = None
