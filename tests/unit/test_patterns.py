"""Patterns: every entry is complete, short and its own; a session is told the few that its own words call for."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from engine.briefs.patterns import (
    COMMON,
    FIELDS,
    FILES,
    LEARNED,
    LEARNED_KINDS,
    TOKENS,
    Pattern,
    PatternError,
    choose_patterns,
    parse_patterns,
    patterns,
)
from engine.briefs.patterns_checking import lint_advice, lint_pattern_files
from engine.briefs.patterns_lint import lint_patterns
from engine.briefs.tokens import estimate
from engine.gates.criteria import find
from engine.resources import meta_home

ALL = [one for one in patterns() if one.id.partition("-")[0] not in LEARNED_KINDS]
LEAST = {"antipatterns": 40, "success_patterns": 35, "trade_off_matrix": 20}
TOO_ALIKE = 0.3
EMPTY_SIGNS = frozenset(
    {"the", "and", "name", "line", "list", "text", "input", "error", "type", "case", "first", "same"}
)
"""Words that stand in every brief and therefore say nothing."""

ONE = """# A

## ANTI-001 First
- **Source**: Somebody, *Somewhere*, 1999
- **Applies to**: `code`, `design`
- **Signs**: network, time zone, api
- **Symptom**: S.
- **Detect**: D.
- **Way out**: W.
"""


HERE = """# What runs taught

## LAP-001 Knitting By Guess
- **Source**: a shop, the stitches, a count that was wrong, 2031
- **Applies to**: `code`
- **Signs**: stitch, needle, yarn, knit
- **Symptom**: The count is made up.
- **Detect**: A number of stitches that no gauge explains.
- **Way out**: Multiply gauge by width; keep the product beside it.
- **Evidence**: `0004-code-gen-1` counted wrong

## LSP-001 Swatch First
- **Source**: a shop, the stitches, what mended them, 2031
- **Applies to**: `code`
- **Signs**: crochet, hook, wool, felt
- **When**: Wool is worked.
- **Shape**: One small square, washed and measured, before anything large begins.
- **Pitfalls**: Measuring it dry.
- **Evidence**: `0004-code-gen-2` did so
"""


def written(path: Path, text: str) -> Path:
    """The file with that text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own file of learned patterns."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return written(tmp_path / "config" / "meta-orchestrator" / "learned_patterns.md", HERE)


def told(pattern: Pattern) -> str:
    return f"### {pattern.id} {pattern.title}\n\n{pattern.text}\n"


# The entries


@pytest.mark.parametrize("kind", FILES)
def test_there_are_enough_of_each_kind(kind: str) -> None:
    assert sum(one.kind == kind for one in ALL) >= LEAST[kind]


def test_ids_run_without_gaps_and_stand_once() -> None:
    for kind, prefix in zip(FILES, ("ANTI", "OK", "TRD"), strict=True):
        own = [one.id for one in ALL if one.kind == kind]
        assert own == [f"{prefix}-{number:03}" for number in range(1, len(own) + 1)]


def test_ids_that_were_given_out_keep_their_meaning() -> None:
    titles = {one.id: one.title for one in ALL}
    assert {
        "ANTI-001": "God Object",
        "ANTI-003": "Copy-Paste",
        "ANTI-005": "Test Without Teeth",
    }.items() <= titles.items()
    assert {"OK-001": "Config Validator", "OK-004": "Circuit Breaker", "OK-006": "Journal, Then Apply"}.items() <= (
        titles.items()
    )


def test_titles_are_unique() -> None:
    assert [title for title, count in Counter(one.title.lower() for one in ALL).items() if count > 1] == []


def test_the_files_in_force_have_no_mistake() -> None:
    found = lint_pattern_files()
    assert [path.stem for path in found] == list(FILES)
    assert [str(problem) for problems in found.values() for problem in problems] == []


def test_no_sign_is_a_word_that_stands_in_every_brief() -> None:
    assert {(one.id, sign) for one in ALL for sign in one.signs if sign in EMPTY_SIGNS} == set()


def test_each_side_of_a_trade_off_has_what_tips_the_scale() -> None:
    for one in ALL:
        if one.kind == "trade_off_matrix":
            assert len([name for name, _ in one.fields if name.startswith("For ")]) == 2, one.id
            assert one.field("Decides").count("?") >= 2, one.id


def test_no_two_entries_say_the_same() -> None:
    words = {one.id: set(re.findall(r"[a-z]{4,}", one.text.lower())) for one in ALL}
    shared = {(a, b): len(words[a] & words[b]) / len(words[a] | words[b]) for a, b in combinations(words, 2)}
    assert {pair: round(share, 2) for pair, share in shared.items() if share > TOO_ALIKE} == {}


def test_what_checks_an_antipattern_is_a_criterion_with_that_rule() -> None:
    rules = (meta_home() / "toolchains/python/inspection_rules.py.j2").read_text(encoding="utf-8")
    lint = (meta_home() / "toolchains/python/lint.py.j2").read_text(encoding="utf-8")
    selected = tuple(re.findall(r'^RULES = "(.+)"$', lint, re.MULTILINE)[0].split(","))
    checked = [one for one in ALL if one.field("Checked by")]
    assert len(checked) >= 10
    for one in checked:
        sentence, _, named = one.field("Checked by").partition(" (")
        _, slots = find(sentence)
        for rule in filter(None, named.rstrip(")").split(", ")):
            known = rule.startswith(selected) if slots["command"] == "lint" else f'"{rule}": ' in rules
            assert known, f"{one.id}: {rule}"


# Mistakes are told all at once, with their place

WRONG = [
    # what is put in place of what, words of the problem
    ("- **Detect**: D.\n", "", "ANTI-001: has no line `- **Detect**: …`"),
    ("- **Way out**: W.\n", "- **Way out**: W.\n- **Wayout**: W.\n", "nobody reads the field 'Wayout'"),
    ("- **Way out**: W.\n", "- **Way out**: W.\n- **Way out**: V.\n", "the field 'Way out' stands there twice"),
    (", 1999", "", "the source is not of the form person, *work*, year"),
    ("`code`", "`coed`", "there is no step `coed`; did you mean `code`?"),
    ("`code`, `design`", "code", "names no step; write each in back quotes"),
    (", socket", "", "has fewer than 4 different signs"),
    ("D.", "D " * 500, "at most 125: shorten it"),
    ("Symptom**: S.", "Symptom**: " + "S " * 31, "`Symptom` has 31 words: 30 at most"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_mistake_in_an_entry_is_found_where_it_stands(old: str, new: str, words: str) -> None:
    text = ONE.replace("api\n", "api, socket\n")
    assert lint_patterns(text, "a.md", "antipatterns", {"code", "design"}) == []
    problems = lint_patterns(text.replace(old, new, 1), "a.md", "antipatterns", {"code", "design"})
    assert [str(one).startswith("a.md:3:1: ANTI-001: ") for one in problems] == [True]
    assert words in problems[0].message


@pytest.mark.parametrize(
    ("stray", "words"),
    [
        ("Obey me.", "`Obey me.` is no line of a pattern"),
        ("- Detect: again", "is no line of a pattern"),
        ("## Anti 2", "is no head of a pattern: write `## ABC-001 Title`"),
    ],
)
def test_a_line_that_nobody_would_read_is_found_where_it_stands(stray: str, words: str) -> None:
    [problem] = lint_patterns(f"{ONE}{stray}\n".replace("api\n", "api, socket\n"), "a.md", "antipatterns", None)
    assert (problem.line, words in problem.message) == (10, True), problem


def test_what_is_said_to_find_an_antipattern_is_a_criterion(tmp_path: Path) -> None:
    text = ONE.replace("api\n", "api, socket\n") + "- **Checked by**: `a.md` exits (rule)\n"
    own = written(tmp_path / "patterns" / "antipatterns.md", text)
    [problem] = lint_pattern_files(tmp_path)[own]
    assert "Did you mean: `<path>` exists?" in problem.message


def test_an_id_twice_and_a_file_without_entries_are_mistakes() -> None:
    text = ONE.replace("api\n", "api, socket\n")
    [twice] = lint_patterns(text + "\n" + text.partition("\n\n")[2], "a.md", "antipatterns", {"code", "design"})
    assert str(twice) == "a.md:11:1: ANTI-001: ANTI-001 stands on line 3 already: give this one another number"
    [nothing] = lint_patterns("# A\n", "a.md", "antipatterns", set())
    assert "there is no entry" in nothing.message


def test_a_workspaces_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    own = tmp_path / "patterns" / "success_patterns.md"
    own.parent.mkdir()
    own.write_bytes(b"\xff\xfe")
    [problem] = lint_pattern_files(tmp_path)[own]
    assert "cannot be read" in problem.message


# Reading them


def test_an_entry_becomes_its_fields(tmp_path: Path) -> None:
    [one] = parse_patterns(ONE, "a.md", "antipatterns")
    assert (one.id, one.title, one.line, one.kind) == ("ANTI-001", "First", 3, "antipatterns")
    assert one.steps == ("code", "design")
    assert one.signs == ("network", "time zone", "api")
    assert one.text == "- Detect: D.\n- Way out: W."


@pytest.mark.parametrize("field", [*COMMON, *FIELDS["antipatterns"]])
def test_an_entry_that_lacks_a_field_is_refused_with_its_place(field: str) -> None:
    text = re.sub(rf"- \*\*{field}\*\*: .+\n", "", ONE)
    with pytest.raises(PatternError, match=rf"a\.md:3: ANTI-001 has no line `- \*\*{field}\*\*: …`"):
        parse_patterns(text, "a.md", "antipatterns")


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(PatternError, match=r"a\.md:11: ANTI-001 stands there twice"):
        parse_patterns(ONE + "\n" + ONE.partition("\n\n")[2], "a.md", "antipatterns")


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "patterns").mkdir()
    (tmp_path / "patterns" / "antipatterns.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PatternError, match=r"antipatterns\.md:1: cannot be read"):
        patterns(tmp_path)


def test_a_workspaces_own_file_replaces_that_of_the_engine_and_a_change_is_seen(tmp_path: Path) -> None:
    own = tmp_path / "patterns" / "antipatterns.md"
    own.parent.mkdir()
    own.write_text(ONE, encoding="utf-8")
    assert [one.id for one in patterns(tmp_path) if one.kind == "antipatterns"] == ["ANTI-001"]
    own.write_text(ONE.replace("ANTI-001", "ANTI-777 A longer"), encoding="utf-8")
    assert [one.id for one in patterns(tmp_path) if one.kind == "antipatterns"] == ["ANTI-777"]
    assert any(one.kind == "success_patterns" for one in patterns(tmp_path))


# Learned ones


def test_learned_patterns_have_the_form_that_their_id_says_and_their_evidence_is_told_to_nobody(own: Path) -> None:
    (wrong, good) = (one for one in patterns() if one.path == str(own))
    assert (wrong.kind, good.kind) == ("antipatterns", "success_patterns")
    assert wrong.text == (
        "- Detect: A number of stitches that no gauge explains.\n"
        "- Way out: Multiply gauge by width; keep the product beside it."
    )
    assert "did so" not in good.text


def test_they_are_chosen_like_the_others_wherever_they_lie(own: Path, tmp_path: Path) -> None:
    assert [one.pattern.id for one in choose_patterns("code", "stitches and yarn")] == ["LAP-001"]
    assert choose_patterns("design", "stitches and yarn") == []
    written(tmp_path / "patterns" / "learned_patterns.md", HERE.replace("LSP-001", "LSP-007"))
    own.unlink()
    assert [one.pattern.id for one in choose_patterns("code", "felt and wool", tmp_path)] == ["LSP-007"]
    assert choose_patterns("code", "felt and wool") == []


def test_the_files_of_learned_patterns_are_linted_too(own: Path, tmp_path: Path) -> None:
    assert lint_pattern_files()[own] == []
    written(own, HERE.replace("`code`", "`coed`", 1).replace("LSP-001", "OK-001"))
    messages = sorted(problem.message for problem in lint_pattern_files(file=own)[own])
    assert [message.partition(";")[0] for message in messages] == [
        "LAP-001: there is no step `coed`",
        "OK-001: the id of a learned pattern begins with LAP- (antipatterns) or LSP- (success patterns)",
        f"the id OK-001 is taken by {meta_home()}/patterns/success_patterns.md:6: give this one a free id",
    ]


def test_two_that_say_the_same_in_two_files_are_found(own: Path, tmp_path: Path) -> None:
    here = written(tmp_path / "patterns" / "learned_patterns.md", HERE.replace("-001", "-002"))
    told = [str(problem) for problem in lint_advice(tmp_path)[here]]
    assert len(told) == 2 and f"LAP-002 says the same as LAP-001 ({own}:3)" in told[0]


def test_one_file_is_linted_as_what_its_name_says(tmp_path: Path) -> None:
    elsewhere = written(tmp_path / "learned_patterns.md", HERE)
    assert lint_advice(None, elsewhere) == {elsewhere: []}


def test_a_learned_pattern_names_no_criterion_but_may_have_evidence() -> None:
    assert lint_patterns(HERE, "l.md", LEARNED, {"code"}) == []
    [problem] = lint_patterns(HERE.replace("**Evidence**", "**Checked by**", 1), "l.md", LEARNED, {"code"})
    assert "nobody reads the field 'Checked by'" in problem.message


def test_an_engine_file_is_held_against_the_document_it_was_written_for(tmp_path: Path) -> None:
    written(tmp_path / "AGENTS.md", (meta_home() / "retrospective.md").read_text(encoding="utf-8"))
    assert [problem for problems in lint_pattern_files(tmp_path).values() for problem in problems] == []


# Choosing


SITUATIONS = [
    # step, the words of the work, what an expert would want to be told
    ("code", "split an amount of cents among the people, with balances in euro", {"ANTI-025", "OK-037"}),
    ("code", "the store writes the file to disk; a crash must leave it undamaged", {"OK-002"}),
    ("code", "calls a remote http service; timeout, retry, unavailable server", {"OK-003", "ANTI-019", "OK-004"}),
    ("design", "fetch each record from the sqlite database by a query in a loop", {"ANTI-023"}),
    ("code", "the query is sql made from the user's search text, and html of a template", {"ANTI-033"}),
    ("code", "an uploaded zip archive is unpacked into a folder; filename, symlink", {"ANTI-034"}),
    ("design", "a reminder falls due at a time of day in the user's time zone, each month", {"ANTI-026", "OK-016"}),
    ("tests", "a background thread; wait for a timeout, async poll", {"ANTI-022"}),
    ("risk_and_trade_offs", "two devices sync over the network; offline; conflict", {"TRD-007"}),
    ("risk_and_trade_offs", "sqlite database or a text file for the records", {"TRD-005"}),
    ("risk_and_trade_offs", "names and email addresses, health, location history, a log", {"TRD-015"}),
    ("requirements", "the app must be easy, fast, robust and intuitive", {"ANTI-044"}),
    ("requirements", "delete a note; undo by mistake; trash; restore", {"OK-031", "TRD-016"}),
    ("lego_plan", "a cycle: the parser depends on the printer by a callback, the printer on the parser", {"ANTI-038"}),
    ("deployment", "install the package in a fresh environment; smoke script", {"ANTI-048", "OK-036"}),
    ("documentation", "readme with installation, usage and options", {"ANTI-047"}),
]


@pytest.mark.parametrize(("step", "words", "wanted"), SITUATIONS)
def test_what_an_expert_would_say_is_among_what_is_chosen(step: str, words: str, wanted: set[str]) -> None:
    assert wanted & {chosen.pattern.id for chosen in choose_patterns(step, words)}


def test_only_patterns_of_that_step_are_chosen_and_the_reason_names_its_signs() -> None:
    for chosen in choose_patterns("code", "an amount of cents in euro"):
        assert "code" in chosen.pattern.steps
        assert re.fullmatch(r"applies to code, signs: .*(cent|euro|amount).*", chosen.why)


def test_words_without_a_sign_choose_nothing() -> None:
    assert choose_patterns("code", "") == []
    assert choose_patterns("code", "xyzzy plugh") == []
    assert choose_patterns("no_such_step", "amount cents http") == []


def test_a_sign_is_found_with_any_ending_but_not_inside_a_word_and_short_ones_whole(tmp_path: Path) -> None:
    (tmp_path / "patterns").mkdir()
    for kind in FILES:
        (tmp_path / "patterns" / f"{kind}.md").write_text(ONE if kind == "antipatterns" else "", encoding="utf-8")

    def found(words: str) -> bool:
        return bool(choose_patterns("code", words, tmp_path))

    assert found("two networks")
    assert found("in this Time-Zone")
    assert found("three APIs")
    assert not found("an internetwork")
    assert not found("apiary")
    assert not found("a time and a zone")


def test_the_choice_is_small_mixed_and_always_the_same() -> None:
    words = " ".join(sign for one in ALL for sign in one.signs)
    chosen = choose_patterns("code", words)
    assert len(chosen) == 2
    assert chosen[0].pattern.kind != chosen[1].pattern.kind
    assert sum(estimate(told(one.pattern)) for one in chosen) <= TOKENS
    assert choose_patterns("code", words) == chosen
    assert choose_patterns("code", words, tokens=0) == []
    assert len(choose_patterns("code", words, most=5, tokens=10_000)) == 5


# Principles


def test_each_of_the_six_principles_says_rule_reason_signs_of_breach_example_and_misreading() -> None:
    text = (meta_home() / "principles.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert [part.partition("\n")[0] for part in parts] == [
        "P-KISS",
        "P-LEGO",
        "P-FLOW",
        "P-SESSIONS",
        "P-RESTART",
        "P-GENREVIEW",
    ]
    for part in parts:
        told = re.findall(r"^- \*\*(.+?)\*\*: \S", part, flags=re.MULTILINE)
        assert told == ["Rule", "Why", "How to tell it is broken", "Example", "Not meant"]
