"""Which parts of two briefs differ, by the headings of the template; what stands in a fence is nobody's heading."""

from __future__ import annotations

import pytest

from engine.briefs.compare import differing_parts, parts

BRIEF = """# dishes: soup (gen)

## Your task

Write it.

### Result

```json
{"status": "done"}
```

### Rules

1. Taste everything.

## Instructions

Write down how soup is cooked.

### In five steps

Not six.

## Criteria

- it has a section

## Inputs

### menu.md (only what concerns soup)

````
# Menu

## Instructions

```
### soup.md
```
````

### soup.md

````
Soup.
````

## What happened before

````
red
````

## Toolchain

Pots.

## Advice

### S-1 Salt

Less.

## Left out for length

- a card
"""


def test_every_part_has_a_name_and_each_input_is_one() -> None:
    assert list(parts(BRIEF)) == [
        "task and format",
        "rules",
        "instructions",
        "criteria",
        "inputs",
        "input menu.md",
        "input soup.md",
        "what happened before",
        "toolchain",
        "wisdom",
        "left out for length",
    ]


def test_no_word_is_lost() -> None:
    assert sorted("\n".join(parts(BRIEF).values()).split()) == sorted(BRIEF.split())


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("Write it.", "Write it well.", ["task and format"]),
        ('{"status"', '{"state"', ["task and format"]),
        ("Taste everything", "Taste nothing", ["rules"]),
        ("Not six.", "Not seven.", ["instructions"]),
        ("- it has a section", "- it has a number", ["criteria"]),
        ("# Menu", "# Courses", ["input menu.md"]),
        ("### soup.md\n```", "### stew.md\n```", ["input menu.md"]),
        ("Soup.", "Stew.", ["input soup.md"]),
        ("red\n", "green\n", ["what happened before"]),
        ("Pots.", "Pans.", ["toolchain"]),
        ("Less.", "More.", ["wisdom"]),
        ("### S-1", "### S-2", ["wisdom"]),
        ("- a card", "- two cards", ["left out for length"]),
    ],
)
def test_a_change_is_named_by_the_part_it_is_in(old: str, new: str, names: list[str]) -> None:
    assert BRIEF.count(old) == 1
    assert differing_parts(BRIEF, BRIEF.replace(old, new)) == names


def test_a_part_that_only_one_of_them_has_differs() -> None:
    shorter = BRIEF.replace("### soup.md\n\n````\nSoup.\n````\n\n", "")
    assert differing_parts(BRIEF, shorter) == ["input soup.md"]
    assert differing_parts(shorter, BRIEF) == ["input soup.md"]


def test_equal_briefs_differ_in_nothing() -> None:
    assert differing_parts(BRIEF, BRIEF) == []
