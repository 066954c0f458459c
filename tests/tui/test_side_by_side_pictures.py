"""Diffs side by side as pictures, and where there is no room for that. Look at each changed picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_gate as given
from tests.tui.journeys import make_app, press, run_before, settle
from tests.tui.test_side_by_side import show_change
from tests.tui.test_work_pictures import at_work

WIDEST, WIDE, NARROW = (200, 60), (160, 50), (80, 24)
LIKED = pytest.mark.parametrize(
    ("size", "theme"),
    [
        (WIDEST, "meta-dark"),
        (WIDE, "meta-dark"),
        (WIDE, "meta-light"),
        (WIDE, "ansi-dark"),
        (NARROW, "meta-dark"),
    ],
    ids=["200x60-dark", "160x50-dark", "160x50-light", "160x50-ansi", "80x24-dark"],
)
CHANGE = '''\
diff --git a/src/store/keeping.py b/src/store/keeping.py
@@ -10,16 +10,19 @@ class Store:
     """Keeps books by id."""

     def __init__(self, folder: Path) -> None:
-        self.folder = folder
-        self._books: dict[str, Book] = {}
+        self.folder = folder.resolve()
+        self._books: dict[BookId, Book] = {}
+        self._lock = Lock()

-    def put(self, book: Book) -> None:
-        if not book.title: raise ValueError("a book needs a title")
-        self._books[book.id] = book
+    def put(self, book: Book, *, replace: bool = True) -> bool:
+        """Stores a book; says whether there was none with its id before. 書籍を保存する 📚 and a good deal more."""
+        if not book.title:
+            raise MissingTitle(f"{book.id}: a book needs a title [b]and no markup[/b]")
+        new = book.id not in self._books
+        with self._lock: self._books[book.id] = book
+        return new

-    def unused(self) -> None:
-        # 書籍 名前 一覧 📚 never called by anybody, and so it can go away without anybody missing it at all
-        pass
     def get(self, id_: BookId) -> Book | None:
         return self._books.get(id_)
diff --git a/README.md b/README.md
@@ -1,2 +1,3 @@
 # reading_log
-the old last line
\\ No newline at end of file
+the new last line
+and one more'''.replace("\n\n", "\n \n")


@LIKED
def test_the_change_of_a_lego(size: tuple[int, int], theme: str, tmp_path: Path, snap_compare: Any) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await show_change(pilot, CHANGE)
        await press(pilot, "vertical_line")

    assert snap_compare(make_app(at_work(tmp_path), theme=theme), terminal_size=size, run_before=prepare)


@LIKED
def test_a_document_at_a_gate(size: tuple[int, int], theme: str, tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path), theme=theme)
    keys = ["a", "3", "vertical_line", *"jjjj", "c", *"Why 2?", "ctrl+r"]
    assert snap_compare(app, terminal_size=size, run_before=run_before(*keys))


def test_without_colours(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(given.gate_with_a_past(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("a", "3", "vertical_line"))
