"""Versions of what the document tells: to know later under which words a step ran. Pure."""

from __future__ import annotations

import hashlib

from engine.document.model import Orchestration, Step


def text_sha256(orchestration: Orchestration, step: Step) -> str:
    """sha256 of what sessions of a step are told by the document: its instructions and the rules."""
    return hashlib.sha256("\0".join([step.gen, step.review, orchestration.rules]).encode()).hexdigest()
