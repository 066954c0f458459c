"""Versions of what the document tells: to know later under which words a step ran. Pure."""

from __future__ import annotations

import hashlib

from engine.document.model import Orchestration, Step


def text_sha256(orchestration: Orchestration, step: Step) -> str:
    """sha256 of what sessions of a step are told by the document: its instructions and the rules."""
    told = [step.gen, step.review, step.change, orchestration.rules, orchestration.change_rules]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()
