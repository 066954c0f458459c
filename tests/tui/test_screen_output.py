"""Session output: followed in bounded memory, harmless whatever it holds, and never moving under the reader's eyes."""

from __future__ import annotations

import json
from pathlib import Path

from rich.cells import cell_len

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, text_of
from tui.lines.sanitize import clean, one_line
from tui.lines.wrap import fit, wrap_cells
from tui.screens.session import SessionScreen
from tui.tail import Line, Tail
from tui.widgets.board import Board, arrange
from tui.widgets.output_view import MAX_LINES, OutputView


def event(kind: str, **fields: object) -> str:
    return json.dumps({"t": 1.0, "kind": kind, **fields}, ensure_ascii=False) + "\n"


def append(path: Path, *lines: str | bytes) -> None:
    with path.open("ab") as file:
        for line in lines:
            file.write(line if isinstance(line, bytes) else line.encode())


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_a_tail_reads_only_what_is_new_and_only_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    assert tail.poll() == []
    append(path, event("text", text="one"), event("text", text="two")[:9])
    assert texts(tail.poll()) == ["one"]
    append(path, event("text", text="two")[9:], event("text", text="three\nfour"))
    assert texts(tail.poll()) == ["two", "three", "four"]
    assert tail.poll() == []


def test_a_tail_starts_anew_when_the_file_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, event("text", text="a long first line"))
    tail = Tail(path)
    tail.poll()
    path.write_text(event("text", text="new"))
    assert texts(tail.poll()) == ["new"]


def test_every_kind_is_shown_and_unknown_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(
        path,
        event("started", runtime="codex", model="m"),
        event("started", runtime="claude", sandbox="bubblewrap"),
        event("started", runtime="claude", sandbox="none: socat is missing"),
        event("tool_started", name="shell", command="ls"),
        event("tool_finished", name="shell", exit_code=2),
        event("tool_finished", name="shell", ok=False),
        event("file_changed", path="a.py"),
        event("rate_limited", retry_at="12:00"),
        event("error", message="no"),
        event("result", status="done", summary="fine"),
        event("moon_phase", value=3),
        "this is no JSON\n",
        "[1, 2]\n",
    )
    assert texts(Tail(path).poll()) == [
        "started codex m",
        "started claude · bubblewrap",
        "started claude · not confined: none: socat is missing",
        "shell ls",
        "shell → exit 2",
        "shell → failed",
        "a.py",
        "rate limited: 12:00",
        "no",
        "fine",
        'moon_phase {"value": 3}',
        "this is no JSON",
        "[1, 2]",
    ]


def test_usage_is_counted_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, event("usage", input_tokens=10, output_tokens=2), event("usage", input_tokens=5), event("usage"))
    tail = Tail(path)
    assert tail.poll() == []
    assert tail.tokens == 17


def test_a_flood_is_skipped_to_its_end_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, *[event("text", text=f"line {n}") for n in range(50_000)])
    tail = Tail(path, max_lines=100)
    new = tail.poll()
    assert new[0].kind == "skipped" and new[-1].text == "line 49999"
    assert len(tail.lines) == 100


def test_a_line_of_several_megabytes_and_invalid_bytes_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    piece = b"x" * 200_000
    append(path, b'{"kind":"text","text":"')
    for _ in range(15):
        append(path, piece)
        tail.poll()
    append(
        path,
        b'"}\n',
        b'{"kind":"text","text":"\xff\xfe ok"}\n',
        event("text", text="\ud800".encode("utf-8", "replace").decode()),
    )
    assert texts(tail.poll())[-2:] == ["\ufffd\ufffd ok", "?"]


def test_nothing_that_a_terminal_would_obey_is_left() -> None:
    evil = "a\x1b[31mb\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x9b2Jc\x00\x08\x7f\u202eR\ud800 \x1b(0d\ttab"
    assert clean(evil) == "ab link cR\ufffd d    tab"
    assert clean("plain [markup] stays") == "plain [markup] stays"
    assert clean("two\r\nlines\rhere") == "two\nlineshere"
    assert one_line("a\n b\x1b[2J\tc") == "a b c"


def test_one_line_says_that_it_was_cut() -> None:
    assert one_line("12345", 5) == "12345"
    assert one_line("123456", 5) == "1234…"
    assert one_line("1" + " " * 100 + "2", 5) == "1…"


def test_wrapping_counts_cells_and_keeps_every_character() -> None:
    for text in ("a few words of text", "書籍も含む本の一覧です", "x" * 50, "📚 books 📚📚📚", "    indented by four"):
        for width in (1, 2, 5, 10, 40):
            lines = wrap_cells(text, width)
            assert all(cell_len(line) <= max(width, 2) for line in lines)
            assert "".join("".join(lines).split()) == "".join(text.split())


def test_fitting_marks_what_was_cut() -> None:
    assert fit("short", 9) == "short"
    assert fit("rather long", 7) == "rather…"
    assert cell_len(fit("書籍も含む", 5)) <= 5
    assert fit("anything", 0) == ""


def test_panes_are_wide_first_then_narrow_then_cards() -> None:
    assert arrange(1, 80, 20) == (1, 1)
    assert arrange(4, 120, 30) == (2, 4)
    assert arrange(4, 60, 30) == (1, 4)
    assert arrange(6, 75, 18) == (2, 6)
    assert arrange(50, 120, 24) == (3, 12)
    assert arrange(3, 20, 5) == (1, 1)


async def test_fifty_sessions_at_once_are_all_accounted_for(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    many = tuple(view.live[0]._replace(id=f"s{n}", lego=f"lego{n}") for n in range(50))
    async with screen(view._replace(sessions=many), size=(200, 60)) as pilot:
        board = pilot.app.screen.query_one(Board)
        assert 4 <= len(board.panes) <= 50
        assert "lego0 · code · gen #1" in text_of(pilot)


async def test_a_pane_shows_what_comes(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    async with screen(view) as pilot:
        append(view.live[0].folder / "events.jsonl", event("text", text="[bold]fresh\x1b[2J words[/bold] 書"))
        pilot.app.screen.query_one(Board).flush()
        await pilot.pause()
        assert "[bold]fresh words[/bold] 書" in text_of(pilot)


async def test_the_full_view_follows_the_tail_until_the_reader_scrolls(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    path = view.live[0].folder / "events.jsonl"
    append(path, *[event("text", text=f"line {n}") for n in range(200)])
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "enter")
        shown = pilot.app.screen
        assert isinstance(shown, SessionScreen)
        assert "line 199" in text_of(pilot)
        await press(pilot, "k", "pageup")
        before = [line[:60] for line in text_of(pilot).splitlines()[2:20]]
        append(path, *[event("text", text=f"more {n}") for n in range(3)])
        shown.flush()
        await pilot.pause()
        assert [line[:60] for line in text_of(pilot).splitlines()[2:20]] == before
        assert "3 new lines" in text_of(pilot)
        await press(pilot, "G")
        assert "more 2" in text_of(pilot) and "new line" not in text_of(pilot)
        append(path, event("text", text="and on"))
        shown.flush()
        await pilot.pause()
        assert "and on" in text_of(pilot)
        await press(pilot, "g")
        assert "started replay" in text_of(pilot)


async def test_the_full_view_forgets_its_oldest_lines_without_moving_what_is_read(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "enter")
        output = pilot.app.screen.query_one(OutputView)
        output.replace(Line("text", f"line {n}") for n in range(MAX_LINES))
        output.following = False
        output.scroll_to(y=500, animate=False, force=True)
        await pilot.pause()
        before = text_of(pilot).splitlines()[2][:60]
        output.append(Line("text", f"more {n}") for n in range(100))
        await pilot.pause()
        assert text_of(pilot).splitlines()[2][:60] == before
        assert output.virtual_size.height == MAX_LINES
