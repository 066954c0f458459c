"""Scripted agents for tests: a tape written by hand, which the real `replay` adapter plays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.sessions.tape import TapeEntry, TapeFile, entry_key, start_tape
from runtime_adapters.replay import stored_name

GOOD = {"status": "done", "confidence_score": 0.9, "summary": "It is written."}


class TapeMaker:
    """Writes a tape, session by session."""

    def __init__(self, path: Path, intent: str = "") -> None:
        self.path = path
        start_tape(path, hashlib.sha256(intent.encode()).hexdigest(), "2026-01-01T00:00:00Z")

    def session(
        self,
        step: str,
        substep: str = "gen",
        *,
        lego: str | None = None,
        take: int = 1,
        files: Mapping[str, str] | None = None,
        result: Mapping[str, Any] | None = None,
        exit_code: int = 0,
        events: list[dict[str, Any]] | None = None,
    ) -> None:
        """One session: the files it leaves, and its answer (a good one unless said otherwise)."""
        files = files or {}
        entry = TapeEntry(
            step=step,
            lego=lego,
            substep=substep,
            attempt=take,
            runtime="replay",
            brief_sha256="0" * 64,
            exit_code=exit_code,
            files={p: TapeFile(sha256=hashlib.sha256(t.encode()).hexdigest()) for p, t in files.items()},
        )
        folder = self.path / entry_key(step, lego, substep, take)
        for path, text in files.items():
            place = folder / "files" / stored_name(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "entry.json").write_text(entry.model_dump_json(), encoding="utf-8")
        (folder / "brief.md").write_text("", encoding="utf-8")
        lines = [json.dumps(event) for event in events or [{"t": 0.0, "kind": "text", "text": "at work"}]]
        (folder / "events.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "result.json").write_text(json.dumps(result or GOOD), encoding="utf-8")
