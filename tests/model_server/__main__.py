"""`python -m tests.model_server SCRIPT.json PORT`: the script is a list of turns; port 0 takes a free one."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from tests.model_server import ModelServer, turn_from_json


def main(arguments: list[str]) -> int:
    """Serve until killed."""
    if len(arguments) != 2:
        print("usage: python -m tests.model_server SCRIPT.json PORT", file=sys.stderr)
        return 2
    turns = [turn_from_json(plain) for plain in json.loads(Path(arguments[0]).read_text(encoding="utf-8"))]
    with ModelServer(turns, port=int(arguments[1])) as server:
        print(server.url, flush=True)
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
