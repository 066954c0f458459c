"""The intent: refused in one sentence where nobody could work with it, and what its words say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.lifecycle.intent import GUIDE, MOST_BYTES, IntentError, check_intent, is_sensitive, read_intent, title_of
from engine.resources import document


def intent(folder: Path, data: bytes) -> Path:
    path = folder / "app_intent.md"
    path.write_bytes(data)
    return path


def test_an_intent_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_intent(intent(tmp_path, "# Räume\n\nEin Plan.\n".encode())) == "# Räume\n\nEin Plan.\n"


def test_a_mark_that_some_editors_write_first_is_no_part_of_it(tmp_path: Path) -> None:
    assert title_of(read_intent(intent(tmp_path, b"\xef\xbb\xbf# Rooms\n"))) == "Rooms"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "it is empty. Write in it"),
        (b" \n\t\n", "it is empty. Write in it"),
        (b"PK\x03\x04\0\0", "this is a binary file. Write the intent as plain text"),
        ("Räume".encode("utf-16"), "this is a binary file"),
        ("Räume".encode("latin-1"), "not UTF-8 text (invalid continuation byte at byte 1). Save it as UTF-8."),
        (b"word " * 200_000, "1,000,000 bytes are too many for an intent (at most 200,000)"),
    ],
)
def test_what_nobody_could_work_with_is_refused_with_file_reason_and_remedy(
    tmp_path: Path, data: bytes, says: str
) -> None:
    path = intent(tmp_path, data)
    with pytest.raises(IntentError) as refused:
        read_intent(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_largest_intent_is_still_read(tmp_path: Path) -> None:
    assert len(read_intent(intent(tmp_path, b"x" * MOST_BYTES))) == MOST_BYTES


def test_a_missing_intent_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IntentError, match="there is no intent"):
        read_intent(tmp_path / "app_intent.md")
    with pytest.raises(IntentError, match="it cannot be read"):
        read_intent(tmp_path)


@pytest.mark.parametrize(
    ("text", "sensitive"),
    [
        ("It keeps passwords.", True),
        ("Users log in.", True),
        ("It handles credit card payments.", True),
        ("Medical records of a patient.", True),
        ("It stores the personal data of members.", True),
        ("A list of plants and when to water them.", False),
        ("It passes words on, and logs into a file.", False),
        ("The healthy garden: passwordless.", False),
    ],
)
def test_words_about_secrets_money_and_people_make_an_app_sensitive(text: str, sensitive: bool) -> None:
    assert is_sensitive(text) is sensitive


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Hours\n\nText.", "Hours"),
        ("\n\n  Plain words first.\nMore.", "Plain words first."),
        ("### Deep #", "Deep #"),
    ],
)
def test_the_first_line_with_words_is_the_title(text: str, title: str) -> None:
    assert title_of(text) == title


def test_a_guide_in_which_nothing_is_written_is_no_intent() -> None:
    guide = document(GUIDE).read_text(encoding="utf-8")
    for text in (guide, guide.replace("\n", "\r\n"), guide.partition("## What it keeps")[0]):
        with pytest.raises(IntentError, match=r"nothing is written in it yet\. Replace what stands in brackets"):
            check_intent(text.encode(), "app_intent.md")


def test_one_sentence_of_ones_own_in_the_guide_is_an_intent() -> None:
    guide = document(GUIDE).read_text(encoding="utf-8")
    text = guide.replace("- (…)", "- It counts the sheep that jump over a fence.", 1)
    assert check_intent(text.encode(), "app_intent.md") == text
