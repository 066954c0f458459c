"""What `meta lint` says of cards: every mistake with its place and what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.wisdom import parse_cards
from engine.wisdom.lint import lint_cards
from engine.wisdom.lint_applies import Known
from engine.wisdom.lint_together import like_pairs, lint_tags, lint_together
from engine.wisdom.words import likeness
from tests.wisdom_cards import TAGS, card_text, file_of

KNOWN = Known({"build": ("tales", "songs"), "paint": ("songs",)}, ["money", "errors", "files"], 2030)
GOOD = file_of(
    card_text("TAL-001"), card_text("TAL-002", example="`x = 1`", applies="`build` (review) · money, errors")
)


def lint(text: str, known: Known = KNOWN) -> list[str]:
    """The problems as lines without the path."""
    return [str(problem).removeprefix("f:") for problem in lint_cards(text, "f", "tales", known)]


def one(**changed: str) -> list[str]:
    """The problems of a file with one card, whose first line is the fifth."""
    return lint(file_of(card_text("TAL-001", **changed)))


def test_good_cards_have_no_mistake() -> None:
    assert lint(GOOD) == []


def test_a_file_without_a_card_says_how_one_begins() -> None:
    assert lint("# Cards\n") == ["1:1: no card begins in this file: write `## ABC-001 Title`"]


# The form


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("## TAL-002", "## TAL-01", "13:1: `## TAL-01 Do it well` is no head of a card: write `## ABC-001 Title`"),
        ("\n\n## TAL-002", "\n## TAL-002", "12:1: no empty line before this card: write one"),
        (
            "- **Avoid**: Not",
            "  Not",
            "10:1: `  Not writing it.` is no line of a card: write `- **Field**: text` on one line",
        ),
        ("- **Do**", "- **Doo**", "9:1: unknown line `Doo`; did you mean `Do`?"),
        ("- **Do**", "- **Avoid**", "10:1: `Avoid` stands here a second time: a card has one line of each"),
        ("- **Do**", "- **Source**", "9:1: `Source` stands here a second time: a card has one line of each"),
    ],
)
def test_what_is_no_line_of_a_card_is_told_with_its_place(before: str, after: str, expected: str) -> None:
    assert expected in lint(GOOD.replace(before, after, 1))


@pytest.mark.parametrize("name", ["Source", "Applies to", "Principle", "Do", "Avoid", "Review question"])
def test_every_line_but_the_example_must_be_there(name: str) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"- **{name}**"))
    assert f"5:1: card TAL-001 has no line `- **{name}**: …`: write it" in lint(text)


def test_lines_stand_in_one_order() -> None:
    lines = GOOD.splitlines()
    lines[8], lines[9] = lines[9], lines[8]
    order = "Source, Applies to, Signs, Principle, Do, Avoid, Example, Review question, Evidence"
    assert lint("\n".join(lines)) == [f"10:1: `Do` comes too late: the order is {order}"]


@pytest.mark.parametrize(
    ("field", "most", "place"),
    [("title", 8, "5:12: a title"), ("principle", 30, "8:18: `Principle`"), ("do", 45, "9:11: `Do`")],
)
def test_a_line_has_its_limit_in_words(field: str, most: int, place: str) -> None:
    assert one(**{field: "word " * (most - 1) + "– word"}) == []
    assert one(**{field: "word " * most + "word"}) == [f"{place} of {most + 1} words: {most} at most, say it shorter"]


# Ids


def test_ids_ascend_and_the_next_free_one_is_named() -> None:
    text = file_of(card_text("TAL-007"), card_text("TAL-003"), card_text("TAL-1000"))
    assert lint(text) == ["13:1: TAL-003 follows TAL-007: ids ascend; the next free one is TAL-1001"]


def test_the_ids_of_a_file_begin_alike() -> None:
    text = file_of(card_text("TAL-001"), card_text("SNG-002"))
    assert lint(text) == ["13:1: SNG-002 follows TAL-001: the ids of a file begin with the same letters"]


def test_an_id_is_given_once_in_all_files() -> None:
    cards = [*parse_cards(file_of(card_text("TAL-001", do="Sing."))[:], "a"), *parse_cards(GOOD, "b")]
    (problem, *_) = lint_together(cards)
    assert str(problem) == "b:5:1: the id TAL-001 is taken by a:5: give this one a free id"


# The source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Ann Li, The Book, 1999", "6:15: the source names no work between asterisks; write `Person, *Work*, year`"),
        ("*The Book*, 1999", "6:15: the source names no person before the work; write `Person, *Work*, year`"),
        ("Ann Li, *The Book of 1999*", "6:15: the source has no year after the work; write `Person, *Work*, year`"),
        ("Ann Li, *The Book*, 2031", "6:35: the year 2031 is not from 1450 to 2030"),
        ("Ann Li, *The Book*, 1215", "6:35: the year 1215 is not from 1450 to 2030"),
    ],
)
def test_a_source_has_a_person_a_work_and_a_year(source: str, expected: str) -> None:
    assert one(source=source) == [expected]


@pytest.mark.parametrize(
    "source", ["IETF: J. Postel, *RFC 761*, 1980", "W3C, *WCAG*, 2nd edition, 2008", "A and B, *C*, 1494"]
)
def test_bodies_and_editions_may_be_named(source: str) -> None:
    assert one(source=source) == []


def test_the_source_of_a_learned_card_is_a_run_and_no_printed_work() -> None:
    text = file_of(card_text("LRN-001", source="three failed sessions of the app evenly"))
    assert lint(text) == []


# Where it applies


@pytest.mark.parametrize(
    ("applies", "expected"),
    [
        ("`built` · money", "7:20: no step has the name `built`; did you mean `build`?"),
        ("`paint` · money", "7:20: the step `paint` does not draw on the collection `tales`; these do: `build`"),
        ("`build`, `build` · money", "7:29: `build` stands here a second time"),
        ("`build` (gen) or later · money", "7:19: `orlater` is no step in back quotes"),
        ("`build` (reveiw) · money", "7:28: unknown substep `reveiw`; did you mean `review`?"),
        ("build · money", "7:19: 0 steps in back quotes: name one to 4"),
        ("`build`", "7:19: no ` · ` before the tags; write `` `step` · tag, tag ``"),
        ("`build` · mony", "7:29: unknown tag `mony`; did you mean `money`?"),
        ("`build` · money, money", "7:36: `money` stands here a second time"),
        ("`build` · money,", "7:35: no tag stands here: write one, or take the comma out"),
        ("`build` · ", "7:28: no tag stands here: write one, or take the comma out"),
    ],
)
def test_a_card_names_steps_and_tags_that_are_there(applies: str, expected: str) -> None:
    found = one(applies=applies)
    assert any(line.startswith(expected) for line in found), found


def test_where_the_document_cannot_be_read_its_steps_are_not_checked() -> None:
    assert lint(GOOD.replace("`build`", "`anything`"), Known(None, KNOWN.tags, 2030)) == []


# Likeness

IDEA = "Write the temporary file beside its target and rename it over the old one"


def test_two_cards_of_one_idea_are_found_across_files() -> None:
    first = parse_cards(file_of(card_text("TAL-001", principle="Half files lie.", do=f"{IDEA}.")), "a.md")
    second = parse_cards(
        file_of(card_text("SNG-001", principle="Files lie by half.", do=f"{IDEA}, then sync.")), "b.md"
    )
    (problem,) = lint_together([*first, *second])
    assert str(problem).startswith("b.md:5:1: SNG-001 says the same as TAL-001 (a.md:5), ")


def test_the_quick_search_for_like_cards_finds_what_comparing_all_pairs_finds() -> None:
    text = "anchor boat chain deck engine flag galley hull iron jetty keel lamp mast net oar port quay rope"
    words = text.split()
    cards = [
        card_text(f"TAL-{n:03}", principle=" ".join(words[i] for i in range(18) if (n * 7 + i * i) % 5 < 3), do="Go.")
        for n in range(1, 40)
    ]
    found = parse_cards(file_of(*cards), "a.md")
    every = [(a.id, b.id) for j, b in enumerate(found) for a in found[:j] if likeness(a.idea, b.idea) >= 0.5]
    assert len(every) > 5
    assert [(a.id, b.id) for a, b, _ in like_pairs(found, 0.5)] == every


# Tags


def spoiled(change: Callable[[str], str]) -> list[str]:
    return [str(problem) for problem in lint_tags(change(TAGS), "t")]


def test_a_good_list_of_tags_has_no_mistake() -> None:
    assert spoiled(str) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("| files ", "| money ", "t:6:3: the tag `money` stands in line 5 already"),
        ("| files ", "| Files! ", "t:6:3: `Files!` is no tag: small letters and blanks are expected"),
        ("paths", "", "t:6:3: the tag `files` needs what it is about and at least one sign"),
        ("file, path, folder", "", "t:6:3: the tag `files` needs what it is about and at least one sign"),
    ],
)
def test_a_tag_has_a_name_of_its_own_what_it_is_about_and_signs(before: str, after: str, expected: str) -> None:
    assert expected in spoiled(lambda text: text.replace(before, after, 1))


def test_a_list_without_a_table_says_how_it_looks() -> None:
    assert spoiled(lambda text: "# Tags\n") == [
        "t:1:1: no table of tags: write `| Tag | About | Signs |` and a row for each tag"
    ]
