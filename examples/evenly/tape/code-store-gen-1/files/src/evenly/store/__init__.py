"""Whole files: read, created and replaced."""

from __future__ import annotations

from evenly.contracts.store import Store
from evenly.store.files import FileStore


def create() -> Store:
    """Make the store."""
    return FileStore()
