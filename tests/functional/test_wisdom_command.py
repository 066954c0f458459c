"""`meta wisdom`: search, show, lint, stats; and `meta lint` over the cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EXIT_DONE, EXIT_ERROR, EXIT_USAGE
from tests.scripted import Kitchen, kitchen_with_cooks, meta
from tests.wisdom_cards import card_text, write

SALT = card_text(
    "TAL-001", "Salt late", "`dishes`, `menu` · simplicity", "Salt cannot be taken out.", "Salt the soup last."
)
PANS = card_text(
    "TAL-002", "Warm the pan", "`dishes` (review) · files", "Cold iron sticks.", "Heat the pan, then the oil."
)
NOUN = card_text("TAL-003", "Name the guests", "`menu` · naming", "Guests have names.", "Write who eats.")
CAKE = card_text(
    "TAL-004", "Sift the flour", "`dishes` · errors", "Lumps stay in a cake.", "Sift the flour for the cake."
)

STEP = """
## Phase {number}: {title}

- **Outputs**: `{name}.md`
- **Wisdom**: tales

### Gen

Write it.

### Review

Mend it.

### Exit criteria

- `{name}.md` exists
"""
DOCUMENT = "# Cooking\n" + "".join(
    STEP.format(number=number, title=name.title(), name=name) for number, name in enumerate(("menu", "dishes"))
)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a collection of its own, which the two steps of its own document draw on."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    overlay = tmp_path / "app" / ".meta"
    write(overlay, "tales", SALT, PANS, NOUN, CAKE)
    (overlay / "AGENTS.md").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path / "app"


# Search


def test_search_tells_the_nearest_cards_first_and_why(app: Path) -> None:
    told = meta("wisdom", "search", "salt", "in", "soup", "--dir", app)
    assert told.code == EXIT_DONE
    assert told.lines[0] == "TAL-001  Salt late"
    shared = "    tales: shares words with this work"
    assert told.lines[1] in (f"{shared} (salt, soup)", f"{shared} (soup, salt)")


def test_search_for_a_step_tells_what_a_brief_would_draw_on(app: Path) -> None:
    def found(substep: str) -> list[str]:
        told = meta("wisdom", "search", "pan", "oil", "salt", "--step", "dishes", "--substep", substep, "--dir", app)
        return [line.split()[0] for line in told.lines if line.startswith("TAL")]

    assert found("review") == ["TAL-002", "TAL-001"]
    assert found("gen") == ["TAL-001"]


def test_search_as_json_has_a_version_the_card_and_its_score(app: Path) -> None:
    told = json.loads(meta("wisdom", "search", "salt", "--step", "menu", "--json", "--dir", app).out)
    (card,) = told["cards"]
    assert told["schema_version"] == 1
    assert (card["id"], card["collection"], card["do"]) == ("TAL-001", "tales", "Salt the soup last.")
    assert card["why"].startswith("applies to menu, shares words with this work (salt)")
    assert card["score"] > 0


def test_search_without_a_find_says_so_and_is_no_mistake(app: Path) -> None:
    told = meta("wisdom", "search", "zeppelin", "--step", "menu", "--dir", app)
    assert (told.code, told.out, told.err) == (EXIT_DONE, "", "no card has these words\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["search", "salt", "--step", "dishs"], "dishs: no step has that name; did you mean `dishes`?"),
        (["search", "salt", "--substep", "check"], "'check' is not one of 'gen', 'review'"),
        (["search"], "Missing argument 'WORDS...'"),
        (["show", "TAL-01"], "TAL-01: no card has that id; did you mean `TAL-001`?"),
        (["stats", "--dir", "nowhere"], "nowhere: there is no such folder."),
    ],
)
def test_what_is_asked_wrongly_is_told_with_what_to_write(app: Path, arguments: list[str], expected: str) -> None:
    told = meta("wisdom", *arguments, *([] if "--dir" in arguments else ["--dir", app]))
    assert told.code == EXIT_USAGE
    assert expected in told.err


# Show


def test_show_prints_a_card_with_its_place_whatever_the_case_of_its_id(app: Path) -> None:
    told = meta("wisdom", "show", "tal-001", "--dir", app)
    assert told.lines[0] == f"TAL-001  Salt late  (tales, {app}/.meta/wisdom/tales_wisdom.md:5)"
    assert "- Do: Salt the soup last." in told.lines
    assert json.loads(meta("wisdom", "show", "TAL-001", "--json", "--dir", app).out)["card"]["title"] == "Salt late"


# Lint


def test_lint_is_silent_of_good_cards_and_names_every_mistake_with_its_place(app: Path) -> None:
    assert meta("wisdom", "lint", "--dir", app).code == EXIT_DONE
    path = write(app / ".meta", "tales", SALT.replace("`menu`", "`menus`"))
    told = meta("wisdom", "lint", "--dir", app)
    assert told.code == EXIT_ERROR
    assert f"{path}:7:30: no step has the name `menus`; did you mean `menu`?" in told.lines


@pytest.mark.parametrize("words", [["lint"], ["wisdom", "lint"]])
def test_one_file_is_checked_alone(words: list[str], app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(app)
    write(Path(".meta"), "tales", SALT.replace("simplicity", "simplicitee"))
    told = meta(*words, ".meta/wisdom/tales_wisdom.md")
    assert told.code == EXIT_ERROR
    (line,) = told.lines
    assert line.endswith("tales_wisdom.md:7:38: unknown tag `simplicitee`; did you mean `simplicity`?")


def test_meta_lint_checks_the_cards_with_the_document(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(app)
    assert any(line.endswith("tales_wisdom.md: no mistakes") for line in meta("lint").lines)
    write(Path(".meta"), "tales", SALT, SALT)
    told = meta("lint")
    assert told.code == EXIT_ERROR
    assert "TAL-001 follows TAL-001: ids ascend; the next free one is TAL-002" in told.out


def test_a_file_that_cannot_be_used_is_one_line_and_no_traceback(app: Path) -> None:
    path = write(app / ".meta", "tales", SALT.replace("- **Principle**: Salt cannot be taken out.\n", ""))
    told = meta("wisdom", "search", "salt", "--dir", app)
    assert (told.code, told.err) == (EXIT_ERROR, f"meta: {path}:5: card TAL-001 has no line `- **Principle**: …`\n")
    assert "card TAL-001 has no line" in meta("wisdom", "lint", "--dir", app).out


# Stats


def test_stats_count_the_cards_and_say_that_no_session_was_told_one(app: Path) -> None:
    told = meta("wisdom", "stats", "--dir", app)
    assert told.code == EXIT_DONE
    assert "tales 4" in told.lines[0]
    assert "dishes 3" in told.lines[1]
    assert told.lines[-1] == "no session was told a card here"


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    """The cookbook, whose dishes draw on the cards; the soup's first session fails."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = kitchen_with_cooks(tmp_path)
    document = made.root / ".meta" / "AGENTS.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("- **For each**: LEGO\n", "- **For each**: LEGO\n- **Wisdom**: tales\n", 1))
    write(made.root / ".meta", "tales", SALT, PANS, CAKE)
    yield made
    made.end()


def test_stats_of_a_run_tell_how_sessions_with_and_without_a_card_fared(kitchen: Kitchen) -> None:
    kitchen.agents.will("soup-dishes-gen", status="failed", summary="burnt")
    kitchen.run("--yes")
    found = json.loads(meta("wisdom", "stats", "--json", "--dir", kitchen.root).out)
    rows = {row["id"]: row for row in found["told"]}
    assert set(rows) == {"TAL-001", "TAL-002", "TAL-004"}
    assert rows["TAL-002"]["sessions"] == 2
    assert rows["TAL-002"]["with"] == {"passed": 2, "known": 2, "rate": 1.0}
    assert rows["TAL-002"]["without"] == {"passed": 0, "known": 0, "rate": None}
    failed = len(kitchen.record("dishes", "soup").sessions)
    assert rows["TAL-001"]["with"] == {"passed": 4, "known": 4 + failed, "rate": 4 / (4 + failed)}
    line = next(line for line in meta("wisdom", "stats", "--dir", kitchen.root).lines if "TAL-002" in line)
    assert " ".join(line.split()) == "TAL-002 2× with 2 of 2 (100%) without unknown Warm the pan"
