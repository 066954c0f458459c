"""The roles of a toolchain document that the engine itself has to tell apart."""

from __future__ import annotations

SOURCE = "source"
"""The role of the toolchain whose files are a LEGO's code."""

CONTRACT = "contract"
"""The role of the toolchain whose files are contracts."""

SHARED_FILES = "shared files"
"""The role that is made of the toolchain's table of that name."""
