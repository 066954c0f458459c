"""Drafts of unsaved text: which of file and draft wins, what is said, and the files they lie in."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.fixture_views import NOW
from tests.tui.journeys import make_app
from tui.editing.keeping_text import MOMENT, Keeper
from tui.editing.unsaved_text import MOST_BYTES, Draft, NoDraft, begin, digest, dump, parse
from tui.loaders.unsaved_text import MOST, DraftTrouble, draft_place, drafts_folder, load, remove, save

FILE = Path("/srv/book/notes.md")
BEFORE, AFTER, NONE = digest(b"one\n"), digest(b"two\n"), digest(None)


def draft(text: str = "mine\n", begun_from: str = BEFORE, file: Path = FILE) -> Draft:
    """Typed at NOW."""
    return Draft(file, text, begun_from, NOW)


# Which wins


def test_without_a_draft_the_file_is_opened() -> None:
    assert begin("one\n", BEFORE, None, "ctrl+l") == ("one\n", BEFORE, "")


def test_a_draft_wins_and_says_when_it_was_typed_and_how_to_take_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.editing.unsaved_text._moment", lambda at: f"<{at:.0f}>")
    opening = begin("one\n", BEFORE, draft(), "f5")
    assert opening == ("mine\n", BEFORE, f"Typed <{NOW:.0f}> and not saved. f5 takes the file as it is.")


@pytest.mark.parametrize(
    ("begun_from", "now", "said"),
    [
        (BEFORE, AFTER, "not saved; since then the file was changed. ctrl+l"),
        (BEFORE, NONE, "not saved; since then the file is gone. ctrl+l"),
        (NONE, AFTER, "not saved; since then the file is there now. ctrl+l"),
    ],
)
def test_a_draft_of_what_the_file_was_before_says_so_and_stays_one_of_that(
    begun_from: str, now: str, said: str
) -> None:
    opening = begin("theirs", now, draft(begun_from=begun_from), "ctrl+l")
    assert opening.text == "mine\n" and opening.begun_from == begun_from and said in opening.note


def test_a_draft_that_the_file_holds_by_now_is_none() -> None:
    assert begin("mine\n", AFTER, draft(), "ctrl+l") == ("mine\n", AFTER, "")


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert begin("", NONE, draft("a\x1b[2J\tb\x9b\n"), "ctrl+l").text == "a[2J\tb\n"


# Its form


def test_a_draft_is_its_text_below_one_line() -> None:
    data = dump(draft("mine ü\n\nyours"))
    assert data.partition(b"\n")[2].decode() == "mine ü\n\nyours"
    assert parse(data, FILE) == draft("mine ü\n\nyours")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "first line"),
        (b"# notes\n", "first line"),
        (b"[" * 100_000, "first line"),
        (b"3\n", "first line"),
        (b'{"schema_version": 1}\n', "first line"),
        (dump(draft()).replace(b'"schema_version": 1', b'"schema_version": 2'), "another version"),
        (dump(draft(file=Path("/etc/passwd"))), "another file"),
        (dump(draft()).replace(b'"2027-', b'"soon-'), "another file"),
        (dump(draft())[:-1], "not whole"),
        (dump(draft()).replace(digest(b"mine\n").encode(), digest(b"\xff").encode())[:-5] + b"\xff", "byte 0"),
        (b" " * (MOST_BYTES + 1), "larger than 4,000,000 bytes"),
    ],
)
def test_what_is_no_draft_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(NoDraft, match=why):
        parse(data, FILE)


def test_a_draft_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(NoDraft, match="larger"):
        dump(draft("x" * MOST_BYTES))


# The files


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    one = draft(file=tmp_path / "notes.md")
    save(one)
    place = draft_place(one.file)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert load(one.file) == one


def test_every_way_to_name_a_file_leads_to_its_draft(tmp_path: Path) -> None:
    one = draft(file=tmp_path / "notes.md")
    save(one)
    (tmp_path / "link.md").symlink_to("notes.md")
    assert load(tmp_path / "link.md") == load(tmp_path / "deep" / ".." / "notes.md") == one
    assert load(tmp_path / "other.md") is None


def test_what_is_no_draft_is_put_aside_and_said_where(tmp_path: Path) -> None:
    place = draft_place(tmp_path / "notes.md")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half wri")
    aside = place.with_suffix(".unread")
    with pytest.raises(DraftTrouble, match=f"^{aside}: its first line"):
        load(tmp_path / "notes.md")
    assert aside.read_bytes() == b"half wri" and load(tmp_path / "notes.md") is None


def test_what_is_in_the_way_is_said(tmp_path: Path, own_folders: Path) -> None:
    (own_folders / "state").write_text("in the way")
    with pytest.raises(DraftTrouble, match="nowhere but on the screen"):
        save(draft())
    with pytest.raises(DraftTrouble, match="Not a directory"):
        load(FILE)
    (own_folders / "state").unlink()
    draft_place(FILE).mkdir(parents=True)
    with pytest.raises(DraftTrouble, match="It is no file"):
        load(FILE)
    with pytest.raises(DraftTrouble, match="It is no file"):
        remove(draft())


def test_a_draft_that_another_screen_wrote_is_not_removed() -> None:
    save(draft("theirs"))
    remove(draft("mine"))
    assert load(FILE) == draft("theirs")
    remove(draft("theirs"))
    assert load(FILE) is None
    remove(draft("theirs"))


def test_the_oldest_make_room_and_what_a_kill_left_half_written() -> None:
    folder = drafts_folder()
    folder.mkdir(parents=True)
    for number in range(MOST + 2):
        (folder / f"{number}.draft").write_text("")
        os.utime(folder / f"{number}.draft", (number, number))
    (folder / ".old.draft.ab.tmp").write_text("")
    os.utime(folder / ".old.draft.ab.tmp", (0, 0))
    (folder / ".new.draft.ab.tmp").write_text("")
    save(draft())
    left = {one.name for one in folder.iterdir()}
    assert len(left) == MOST + 1 and {draft_place(FILE).name, ".new.draft.ab.tmp", "3.draft"} <= left
    assert "2.draft" not in left
    save(draft("more"))
    assert {one.name for one in folder.iterdir()} == left, "a draft that is there takes no further room"


# When it is written


class Rest:
    """Timers that are told when their time is over."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], object]]] = []

    def __call__(self, seconds: float, do: Callable[[], object]) -> None:
        self.waiting.append((seconds, do))

    def over(self) -> None:
        """All of them come to their end."""
        waiting, self.waiting = self.waiting, []
        for _, do in waiting:
            do()


async def test_many_letters_are_written_together_a_moment_after_the_first(tmp_path: Path) -> None:
    app, rest = make_app(None), Rest()
    file = tmp_path / "notes.md"
    async with app.run_test():
        keeper = Keeper(app, file, rest)
        for text in ("a", "ab", "abc"):
            keeper.keep(text, BEFORE)
        assert [seconds for seconds, _ in rest.waiting] == [MOMENT] and load(file) is None
        rest.over()
        await app.workers.wait_for_complete()
        kept = load(file)
        assert kept is not None and (kept.text, kept.begun_from) == ("abc", BEFORE)
        keeper.keep("abc", BEFORE)
        assert not rest.waiting, "it is there already"
        keeper.keep("abcd", BEFORE)
        keeper.keep(None)
        rest.over()
        await app.workers.wait_for_complete()
        assert load(file) is None


async def test_a_screen_that_goes_away_does_not_wait(tmp_path: Path) -> None:
    app, rest = make_app(None), Rest()
    async with app.run_test():
        keeper = Keeper(app, tmp_path / "notes.md", rest)
        keeper.keep("a", BEFORE)
        keeper.finish()
        kept = load(tmp_path / "notes.md")
        assert kept is not None and kept.text == "a"
