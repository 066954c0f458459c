"""What an agent prints is shown without keys and passwords."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.secret_keys import KEYS
from tui.tail import Tail


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_a_key_that_an_agent_prints_is_not_shown(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = [{"kind": "text", "text": f"the key is {KEYS[kind]}, so"}, {"kind": "text", "text": "nothing else"}]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    shown = " ".join(line.text for line in Tail(path).poll())
    assert KEYS[kind] not in shown
    assert "[secret removed: " in shown and "nothing else" in shown
