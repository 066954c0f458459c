"""A small shop of several modules, as its author has it in git; and adopting it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.git_helpers import plain_git, write

META = [sys.executable, "-m", "engine.cli"]

CODE = {
    "README.md": "# Shop\n\n[![badge](x)](y)\n\nSells things to people,\none at a time.\n\nMore.\n",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["PyYAML>=6"]\nscripts.shop = "shop.cli:main"\n',
    "AGENTS.md": "theirs\n",
    ".gitignore": "*.pyc\n__pycache__/",
    "shop/__init__.py": '"""A shop."""\n',
    "shop/__main__.py": "from shop.cli import main\n\nmain()\n",
    "shop/cli.py": '"""The command."""\nfrom shop.web import views\n\n\ndef main():\n    return views.page()\n',
    "shop/customers.py": '"""Knows customers."""\nfrom . import orders\n',
    "shop/orders.py": '"""Keeps orders. In memory."""\nfrom shop import customers\nfrom shop.prices import TAX\n',
    "shop/prices.py": '"""Prices, with tax."""\nTAX = 7\n',
    "shop/web/__init__.py": '"""Pages."""\n',
    "shop/web/views.py": "from ..orders import TAX\n\n\ndef page():\n    return TAX\n",
    "shop/web/page.html": "<p>\r\n",
    "tests/conftest.py": "",
    "tests/test_prices.py": "from shop.prices import TAX\n\n\ndef test_tax():\n    assert TAX == 7\n",
    "tests/test_views.py": "from shop.web.views import page\n\n\ndef test_page():\n    assert page() == 7\n",
}


def commit(root: Path, files: dict[str, str]) -> Path:
    write(root, files)
    if not (root / ".git").exists():
        plain_git(root, "init", "-q", "-b", "trunk")
    plain_git(root, "add", "-A")
    plain_git(root, "commit", "-q", "-m", "theirs")
    return root


def meta(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*META, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def adopted(root: Path, *more: str) -> Path:
    done = meta("adopt", root, "--yes", "--no-tests", *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def is_as_it_was(root: Path) -> bool:
    """Whether every file of the author has the bytes it had; `.gitignore` may have got lines at its end."""
    same = all((root / path).read_bytes() == text.encode() for path, text in CODE.items() if path != ".gitignore")
    return same and (root / ".gitignore").read_bytes().startswith(CODE[".gitignore"].encode())
