"""A text file as an editor has it: what is not touched comes back byte for byte, and what is no text is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.editing.text_file import MOST_BYTES, MOST_IN_A_LINE, NotEditable, TextFile, parse_text
from tui.loaders.text_file import read_data, write_data

KEPT = [
    b"",
    b"\n",
    b"one",
    b"one\n",
    b"one\r\ntwo\r\n",
    b"one\r\ntwo",
    b"one\rtwo\r",
    b"one\ntwo\r\nthree\n\r\n",
    b"\xef\xbb\xbfone\n",
    "page\x0cbreak\u2028line\x85next\n".encode(),
    "書籍 é 😀\n".encode(),
    b"\tone\n",
]


@pytest.mark.parametrize("data", KEPT)
def test_what_is_read_is_written_back_byte_for_byte(data: bytes) -> None:
    file = parse_text(data)
    assert file.with_text(file.text).data == data
    assert set("\r\x0c\x85\u2028\ufeff").isdisjoint(file.text)


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (b"a\r\nb\r\n", "a\nnew\nb\n", b"a\r\nnew\r\nb\r\n"),
        (b"a\r\nb", "a\nb\nc", b"a\r\nb\r\nc"),
        (b"a\nb\n", "a\nb", b"a\nb"),
        (b"\xef\xbb\xbfa\n", "b\n", b"\xef\xbb\xbfb\n"),
        (b"", "a\n", b"a\n"),
        (b"a\nb\r\nc\n", "x\na\nb\nc\n", b"x\na\nb\r\nc\n"),
        (b"a\nb\r\nc\n", "a\nc\n", b"a\nc\n"),
        (b"a\nb\r\nc", "a\nc\nb", b"a\nc\nb"),
        (b"a\r\nb\n", "", b""),
    ],
)
def test_lines_end_as_they_did_and_new_ones_as_most_do(before: bytes, text: str, after: bytes) -> None:
    file = parse_text(before).with_text(text)
    assert file.data == after and file.text == text
    assert file == parse_text(after)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a\0b", "binary"),
        (b"abc\xff", "not UTF-8 text (byte 3)"),
        (b"x\n" * (MOST_BYTES // 2) + b"x", "larger than 1,000,000 bytes"),
        (b"x\n" + b"x" * (MOST_IN_A_LINE + 1), "Line 2 has more than 20,000 characters"),
        (b"one\n\x1b[2J\n", "Line 2 holds control characters"),
        ("\x9b31m".encode(), "Line 1 holds control characters"),
    ],
    ids=["binary", "not UTF-8", "large", "a long line", "escapes", "8-bit escapes"],
)
def test_what_is_no_text_to_edit_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(NotEditable) as refused:
        parse_text(data)
    assert why in str(refused.value)


def test_a_step_to_the_right_is_what_it_is_elsewhere_in_the_file() -> None:
    indents = {b"all:\n\tcc\n": "\t", b"a:\n  b: 1\n": "  ", b"def f():\n    pass\n": "    ", b"": "    "}
    assert {data: parse_text(data).indent for data in indents} == indents
    assert TextFile() == parse_text(b"")


def test_writing_keeps_the_mode_and_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "run.sh", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o750)
    link.symlink_to(file)
    write_data(link, b"new")
    assert link.is_symlink() and file.read_bytes() == b"new" and file.stat().st_mode & 0o777 == 0o750
    write_data(tmp_path / "deep" / "new.md", b"x")
    assert read_data(tmp_path / "deep" / "new.md") == b"x"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["deep", "link", "run.sh"]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    assert read_data(tmp_path / "none") is None
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(OSError, match="It is no file"):
            read_data(place)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "locked"
    file.write_bytes(b"old")
    file.chmod(0o444)
    with pytest.raises(PermissionError, match="You may not write it"):
        write_data(file, b"new")
    assert file.read_bytes() == b"old"
