"""The parser: what each part of the document means, and where each mistake is said to be."""

from __future__ import annotations

import hashlib
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document.model import Orchestration, Position, Step, Valves
from engine.document.parser import LARGEST, DocumentError, load, parse

ROOT = Path(__file__).parents[2]
REAL = ROOT / ".meta" / "AGENTS.md"
GUIDE = ROOT / "tests" / "fixtures" / "documents" / "travel_guide.md"


@pytest.fixture(scope="module")
def guide() -> Orchestration:
    return load(GUIDE)


def step(text: str) -> Step:
    """The one step of a document with one phase, whose fields and sections are `text`."""
    parsed = parse("## Phase 0: Only\n\n" + textwrap.dedent(text), "doc.md")
    assert parsed.problems == []
    assert parsed.orchestration is not None
    return parsed.orchestration.step("only")


def check(marked: str, *messages: str) -> None:
    """`marked` has a `▶` before each mistake, in the order of the messages."""
    text = textwrap.dedent(marked)
    places = []
    for number, line in enumerate(text.split("\n"), start=1):
        pieces = line.split("▶")
        places += [(number, len("".join(pieces[: index + 1])) + 1) for index in range(len(pieces) - 1)]
    expected = [f"doc.md:{line}:{column}: {text}" for (line, column), text in zip(places, messages, strict=True)]
    parsed = parse(text.replace("▶", ""), "doc.md")
    assert [str(problem) for problem in parsed.problems] == expected
    assert parsed.orchestration is None


# What a document means


def test_the_title_the_rules_and_the_hash_are_those_of_the_text(guide: Orchestration) -> None:
    assert guide.title == "How a travel guide is made"
    assert guide.rules == "1. Go there yourself.\n2. Name your sources."
    assert guide.sha256 == hashlib.sha256(GUIDE.read_bytes()).hexdigest()
    assert guide.path == str(GUIDE)


def test_a_document_may_have_any_number_of_phases_with_any_names(guide: Orchestration) -> None:
    assert [(phase.number, phase.title, phase.level) for phase in guide.phases] == [
        (0, "Route", "meta"),
        (1, "Stops", "LEGO"),
        (2, "Book", "meta"),
    ]
    assert [each.name for each in guide.steps()] == ["route", "stops", "bind", "cover"]


def test_a_phase_without_steps_is_one_step_named_by_its_title() -> None:
    parsed = parse("## Phase 0: Risk and trade-offs\n- **Action**: look", "doc.md")
    assert parsed.orchestration is not None
    assert parsed.orchestration.step("risk_and_trade_offs").action == "look"


def test_the_text_above_the_fields_is_the_purpose(guide: Orchestration) -> None:
    assert guide.phases[0].purpose == guide.step("route").purpose == "Where the journey goes,\nand why."
    assert guide.phases[2].purpose == "What goes to the printer."
    assert guide.step("bind").purpose == "Chapters become a book."
    assert guide.step("cover").purpose == ""


def test_a_purpose_may_hold_a_list_of_its_own() -> None:
    assert (
        step("Two things:\n\n- one\n- two\n\nSo:\n\n- **Action**: look").purpose == "Two things:\n\n- one\n- two\n\nSo:"
    )


def test_a_phase_may_have_a_purpose_and_no_field() -> None:
    assert step("Why.\n\n### Gen\nDo.").purpose == "Why."


def test_the_fields_set_what_they_name(guide: Orchestration) -> None:
    route, stops, bind, cover = guide.steps()
    assert route.modes == ("new", "maintenance")
    assert route.wisdom == ("maps",)
    assert route.approval == "required"
    assert (stops.per_lego, stops.decisions) == (True, ("NEW", "REFACTOR", "REGENERATE"))
    assert stops.approval == "when sensitive"
    assert stops.lands == "at merge"
    assert (stops.lanes, stops.lanes_without_review) == (("full", "tiny"), ("tiny",))
    assert (bind.per_lego, bind.decisions, bind.action) == (True, (), "bind chapter")
    assert cover.when == "sensitive"
    assert cover.lanes == ("full",)


def test_what_is_not_named_has_its_default() -> None:
    only = step("- **Action**: look")
    assert only.modes == ("new",)
    assert only.lanes == ("full", "tiny")
    assert (only.approval, only.lands, only.when, only.per_lego) == ("none", "at once", "always", False)
    assert (only.gen, only.review, only.criteria, only.inputs, only.outputs, only.wisdom) == ("", "", (), (), (), ())


def test_a_step_is_reviewed_in_the_lanes_that_do_not_say_otherwise(guide: Orchestration) -> None:
    stops = guide.step("stops")
    assert stops.reviewed_in("full")
    assert not stops.reviewed_in("tiny")


def test_the_texts_of_a_session_are_kept_word_for_word(guide: Orchestration) -> None:
    assert guide.step("route").gen == (
        "Draw the route. For example:\n\n    ## Phase 9: code, not a phase\n\n"
        "#### A heading inside the text\n\n- a list, too"
    )
    assert guide.step("route").review == "Walk it."
    assert guide.step("cover").gen == "Draw a cover."


def test_an_indented_text_is_dedented() -> None:
    assert step("- **Level**: meta\n\n### Gen\n\n  One.\n    Two.\n").gen == "One.\n  Two."


def test_a_criterion_is_one_sentence_also_over_two_lines(guide: Orchestration) -> None:
    criteria = guide.step("route").criteria
    assert [criterion.text for criterion in criteria] == [
        '`route.md` has a section "Stops"',
        "confidence is at least 0.5",
    ]
    lines = GUIDE.read_text().split("\n")
    assert criteria[1].position == Position(lines.index("- confidence is at least") + 1, 3)
    assert criteria[1].place(len("confidence is at least ")) == Position(lines.index("  0.5") + 1, 3)


def test_steps_and_phases_know_where_they_stand() -> None:
    parsed = parse("# T\n\n## Phase 0: One\n- **Action**: look\n\n## Phase 1: Two\n### Step: a\n", "doc.md")
    assert parsed.orchestration is not None
    one, two = parsed.orchestration.phases
    assert (one.position, one.steps[0].position) == (Position(3, 4), Position(3, 13))
    assert (two.position, two.steps[0].position) == (Position(6, 4), Position(7, 11))
    assert one.steps[0].place("Action") == Position(4, 15)
    assert one.steps[0].place("Gen") == one.steps[0].position


def test_references_are_paths_or_roles_with_an_owner(guide: Orchestration) -> None:
    assert [(r.path, r.role, r.target, r.rows, r.shown) for r in guide.step("stops").inputs] == [
        ("route.md", "", "", True, True),
        ("lego_plan.json", "", "", False, False),
        ("", "chapters", "dependencies", False, True),
    ]
    assert [(r.path, r.role, r.target) for r in guide.step("cover").inputs] == [
        ("", "bound chapters", "legos"),
        ("notes/notes_{entry}.md", "", ""),
    ]


def test_one_phrase_may_name_the_artifact_of_this_lego_and_of_its_dependencies(guide: Orchestration) -> None:
    references = guide.step("bind").inputs
    assert [(r.role, r.target) for r in references] == [("chapters", "lego"), ("chapters", "dependencies")]
    assert {r.text for r in references} == {"chapters of {lego} and {dependencies}"}


def test_a_reference_knows_its_line_also_in_a_value_of_two_lines(guide: Orchestration) -> None:
    line = GUIDE.read_text().split("\n").index("  chapters of {dependencies}") + 1
    assert guide.step("stops").inputs[2].position == Position(line, 3)


def test_both_remarks_may_stand_together_and_a_comma_in_a_path_is_no_separator() -> None:
    first, second = step(
        "- **For each**: LEGO\n- **Inputs**: `a,b.md` (rows of {lego}) (not shown), shared files"
    ).inputs
    assert (first.path, first.rows, first.shown) == ("a,b.md", True, False)
    assert second.role == "shared files"


@pytest.mark.parametrize(
    ("value", "decisions"),
    [
        ("LEGO", ()),
        ("LEGO where decision is KEEP", ("KEEP",)),
        ("LEGO where decision is NEW or REFACTOR", ("NEW", "REFACTOR")),
        ("LEGO where decision is NEW, REFACTOR, or REGENERATE", ("NEW", "REFACTOR", "REGENERATE")),
    ],
)
def test_for_each_may_choose_by_decision(value: str, decisions: tuple[str, ...]) -> None:
    only = step(f"- **For each**: {value}\n- **Action**: look")
    assert (only.per_lego, only.decisions) == (True, decisions)


def test_the_valves_are_read_and_the_others_keep_their_default(guide: Orchestration) -> None:
    assert guide.valves == Valves(failure_count=2, confidence=0.5, brief_tokens=4000, lego_minutes=7.5, day_cost=12.5)


def test_every_valve_has_a_sentence() -> None:
    text = """
        ## Safety valves
        - failure_count at most 1
        - confidence at least 1
        - essence clarity at least 0.2
        - interview at most 0 rounds
        - LEGOs at most 5 per app
        - brief at most 6,000 tokens
        - sessions in parallel at most 7
        - minutes per session at most 8
        - idle minutes per session at most 9.5
        - minutes per LEGO at most 10
        - minutes per day at most 11
        - tokens per session at most 1,200,000
        - tokens per LEGO at most 13
        - tokens per day at most 14
        - cost per session at most 15
        - cost per LEGO at most 0.16
        - cost per day at most 17
        ## Phase 0: Only
        - **Action**: look
        """
    parsed = parse(textwrap.dedent(text), "doc.md")
    assert parsed.orchestration is not None
    assert parsed.orchestration.valves == Valves(
        1, 1.0, 0.2, 0, 5, 6000, 7, 8.0, 9.5, 1_200_000, 13, 14, 15.0, 0.16, 17.0, 10.0, 11.0
    )


def test_line_ends_of_any_system_and_a_byte_order_mark_make_no_difference() -> None:
    text = GUIDE.read_text()
    windows = parse("\ufeff" + text.replace("\n", "\r\n"), str(GUIDE))
    unix = parse(text, str(GUIDE))
    assert windows.orchestration is not None
    assert unix.orchestration is not None
    assert windows.orchestration.phases == unix.orchestration.phases
    assert windows.orchestration.title == unix.orchestration.title


def test_comments_are_allowed_where_other_text_is_not() -> None:
    only = step("- **Level**: meta\n\n<!-- why -->\n\n### Gen\nDo.\n\n### Check\n\n<!-- why -->\n\n- it is so\n")
    assert [criterion.text for criterion in only.criteria] == ["it is so"]


# Where a mistake is


def test_a_problem_reads_as_file_line_column_message() -> None:
    (problem,) = parse("## Phase 0: Only\n- **Levle**: meta\n- **Action**: look", "my.md").problems
    assert str(problem) == "my.md:2:5: unknown field `Levle`; did you mean `Level`?"


def test_all_problems_are_found_and_in_order() -> None:
    check(
        """\
        ## Safety valves
        - ▶tempo per day at most 9

        ## Phase ▶1: One
        - **▶Colour**: red
        - **Modes**: ▶old, new
        ### ▶Generate
        """,
        "unknown safety valve `tempo per day at most 9`; the nearest known form is: tokens per day at most <number>",
        "phase 0 comes here, not 1: phases are numbered from 0 without gaps",
        "unknown field `Colour`; known: `Level`, `Modes`, `For each`, `Action`, `Inputs`, `Outputs`, `Wisdom`, "
        "`Approval`, `Lanes`, `Lands`, `When`",
        "unknown mode `old`; known: `new`, `maintenance`, `upgrade`",
        "unknown heading `Generate`; known: `Gen`, `Review`, `Change`, `Check`, `Exit criteria`, `Step: name`",
    )


def test_phases_are_numbered_without_gaps() -> None:
    check(
        """\
        ## Phase 0: Zero
        ## Phase ▶2: Two
        ## Phase 2: Two again
        ## Phase ▶2: And again
        """,
        "phase 1 comes here, not 2: phases are numbered from 0 without gaps",
        "phase 3 comes here, not 2: phases are numbered from 0 without gaps",
    )


@pytest.mark.parametrize(
    "heading", ["Phase 1 Build", "Phase one: Build", "Phase 1:", "phase 1: Build", "Phaes 1: Build"]
)
def test_a_heading_that_looks_like_a_phase_is_not_passed_over(heading: str) -> None:
    check(
        f"## Phase 0: Zero\n## ▶{heading}\n",
        f"`{heading}` looks like a phase: write `## Phase N: Title`",
    )


def test_a_misspelt_section_is_not_passed_over() -> None:
    check(
        "## ▶Safety valve\n- failure_count at most 9\n## Phase 0: Zero\n## ▶Rules for each session\n",
        "unknown section `Safety valve`; did you mean `Safety valves`?",
        "unknown section `Rules for each session`; did you mean `Rules for every session`?",
    )


def test_a_section_stands_in_the_document_once() -> None:
    check(
        "## Safety valves\n- failure_count at most 9\n## ▶Safety valves\n## Phase 0: Zero\n# T\n# ▶U\n",
        "a second section `Safety valves`",
        "a second title: write `U` with `##` or deeper",
    )


def test_a_document_without_phases_is_none() -> None:
    check("▶# A title\n\nAnd a text.\n", "the document has no phase: it needs at least `## Phase 0: Title`")


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("- ▶Level: meta\n- **Action**: look", "`Level: meta` is no field: write `- **Name**: value`"),
        ("- ▶**Action:** look", "`**Action:** look` is no field: write `- **Name**: value`"),
        ("- **▶Action**:", "the field `Action` has no value"),
        ("- **Action**: a\n- **▶Action**: b", "the field `Action` stands here a second time"),
        ("- **▶Input**: `a.md`", "unknown field `Input`; did you mean `Inputs`?"),
        ("- **Action**: a\n▶-", "this bullet is empty"),
        ("- **Action**: a\n\n  ▶more", "a bullet holds one sentence: this does not belong to it"),
        ("- **Action**: a\n\n▶More.", "nobody reads text below the fields: the purpose stands above them"),
        ("- **Level**: ▶Meta", "unknown value `Meta`; did you mean `meta`?"),
        (
            "- **Level**: ▶meta\n- **For each**: LEGO",
            "a step of level `meta` has no field `For each`; one of level `LEGO` has `- **For each**: LEGO`",
        ),
        (
            "- **Level**: ▶LEGO",
            "a step of level `meta` has no field `For each`; one of level `LEGO` has `- **For each**: LEGO`",
        ),
        ("- **Modes**: new, ▶upgrad", "unknown mode `upgrad`; did you mean `upgrade`?"),
        ("- **Modes**: new, ▶new", "`new` stands here a second time"),
        ("- **Modes**: new,▶", "a word is missing here: there is a comma too many"),
        (
            "- **For each**: ▶lego",
            "`lego` is not known: write `LEGO`, or `LEGO where decision is NEW, REFACTOR or REGENERATE`",
        ),
        (
            "- **For each**: LEGO where decision is NEW or ▶REFACTER",
            "unknown decision `REFACTER`; did you mean `REFACTOR`?",
        ),
        ("- **Approval**: ▶maybe", "unknown value `maybe`; known: `none`, `required`, `when sensitive`"),
        ("- **Lands**: ▶at_once", "unknown value `at_once`; did you mean `at once`?"),
        ("- **When**: ▶sensitiv", "unknown value `sensitiv`; did you mean `sensitive`?"),
        ("- **Lanes**: full, ▶small (no Review)", "unknown lane `small`; known: `full`, `tiny`"),
        ("- **Lanes**: full, tiny (▶no review)", "unknown remark `no review`; did you mean `no Review`?"),
        ("- **Lanes**: tiny, ▶tiny (no Review)", "the lane `tiny` stands here a second time"),
        ("- **Wisdom**: risk, ▶risk", "`risk` stands here a second time"),
    ],
)
def test_a_wrong_field_is_reported_at_the_word(marked: str, message: str) -> None:
    check("## Phase 0: Only\n\n" + marked + "\n", message)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("`a.md`,▶ , `b.md`", "an artifact is missing here: there is a comma too many"),
        ("`a.md`, ▶`b.md", "a path stands in backticks, with nothing beside it but a comma or a remark"),
        ("▶see `a.md`", "a path stands in backticks, with nothing beside it but a comma or a remark"),
        ("▶`a.md` `b.md`", "a path stands in backticks, with nothing beside it but a comma or a remark"),
        ("▶` `", "a path stands in backticks, with nothing beside it but a comma or a remark"),
        (
            "`▶/etc/passwd`",
            "the path `/etc/passwd` leaves the workspace: write it from the workspace's folder, with `/`",
        ),
        ("`▶../a.md`", "the path `../a.md` leaves the workspace: write it from the workspace's folder, with `/`"),
        (r"`▶a\b`", r"the path `a\b` leaves the workspace: write it from the workspace's folder, with `/`"),
        ("`design_▶{name}.md`", "a path cannot hold `{name}`; known: `{lego}`, `{entry}`"),
        ("contract of ▶{legoes}", "`{legoes}` says not whose artifact this is; did you mean `{legos}`?"),
        (
            "contracts of {lego} and ▶others",
            "`others` says not whose artifact this is; known: `{lego}`, `{dependencies}`, `{legos}`",
        ),
        ("▶contract {lego}", "`contract {lego}` names no artifact: write `` `path` ``, `role` or `role of {lego}`"),
        ("`a.md` (▶hidden)", "unknown remark `hidden`; known: `rows of {lego}`, `not shown`"),
        ("`a.md` (▶not show)", "unknown remark `not show`; did you mean `not shown`?"),
        ("`a.md` (▶not shown) (not shown)", "the remark `not shown` stands here twice"),
        ("`a.md`,\n  contract of ▶{lgo}", "`{lgo}` says not whose artifact this is; did you mean `{lego}`?"),
    ],
)
def test_a_wrong_reference_is_reported_at_the_word(marked: str, message: str) -> None:
    check("## Phase 0: Only\n\n- **For each**: LEGO\n- **Inputs**: " + marked + "\n", message)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        (
            "▶confidence at most 0.6",
            "unknown safety valve `confidence at most 0.6`; the nearest known form is: confidence at least <number>",
        ),
        (
            "▶LEGO at most 50 per app",
            "unknown safety valve `LEGO at most 50 per app`; the nearest known form is: LEGOs at most <number> per app",
        ),
        (
            "▶failure_count at most three",
            "unknown safety valve `failure_count at most three`; the nearest known form is: "
            "failure_count at most <number>",
        ),
        ("failure_count at most ▶2.5", "`2.5` must be a whole number of at least 1"),
        ("failure_count at most ▶0", "`0` must be a whole number of at least 1"),
        ("confidence at least ▶60", "`60` must be a number from 0 to 1"),
        ("minutes per session at most ▶0", "`0` must be a number of at least 0.01"),
        (
            "cost per day at most 5\n- ▶cost per day at most 6",
            "the safety valve `cost per day at most 6` is set a second time",
        ),
    ],
)
def test_a_wrong_safety_valve_is_reported_at_the_word(marked: str, message: str) -> None:
    check(f"## Safety valves\n- {marked}\n\n## Phase 0: Only\n", message)


def test_a_number_too_large_for_a_machine_is_refused() -> None:
    number = "9" * 400
    check(
        f"## Safety valves\n- minutes per session at most ▶{number}\n\n## Phase 0: Only\n",
        f"`{number[:99]}…` must be a number of at least 0.01",
    )


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("### ▶Revew\nRead.", "unknown heading `Revew`; did you mean `Review`?"),
        ("### Gen\nDo.\n### ▶Gen\nDo more.", "a second `Gen` of the same step"),
        ("#### ▶Gen\nDo.", "write this heading with ###: it has ####"),
        ("### ▶Exit criteria\n", "`Exit criteria` has no sentence below it"),
        (
            "### Exit criteria\n▶All of these:\n\n- it is so",
            "only a bullet list can stand here: nobody reads this text",
        ),
        ("### Exit criteria\n- it is so\n#### ▶More", "no heading can stand inside a list: `More`"),
        ("### Exit criteria\n- it is so\n  - ▶and so", "a bullet holds one sentence: this does not belong to it"),
        ("### Step: a\n### ▶Gen\nDo.", "`Gen` belongs to a step: write it as `####` below its `### Step:`"),
        ("- **▶Modes**: new\n\n### Step: a", "the field `Modes` belongs below a `### Step:`, as this phase has steps"),
        ("#### ▶Step: a", "write this heading with ###: it has ####"),
        (
            "### Gen\n\n▶```text\nnever closed\n\n### Review\n",
            "this code block is never closed: everything below it is taken for code",
        ),
    ],
)
def test_a_wrong_section_is_reported_at_its_place(marked: str, message: str) -> None:
    found = marked.replace("  - ▶and", "  ▶- and")
    check("## Phase 0: Only\n\n" + found + "\n", message)


def test_a_bullet_too_long_to_be_a_sentence_is_refused() -> None:
    check(
        f"## Phase 0: Only\n\n### Check\n- it is so\n- ▶{'long ' * 500}\n",
        "this bullet is longer than 2,000 characters",
    )


# Whole files


def test_the_document_of_this_repository_has_twelve_phases_and_no_problem() -> None:
    parsed = parse(REAL.read_text(encoding="utf-8"), ".meta/AGENTS.md")
    assert [str(problem) for problem in parsed.problems] == []
    assert parsed.orchestration is not None
    assert [phase.number for phase in parsed.orchestration.phases] == list(range(12))


@pytest.mark.parametrize("text", ["", "   \n\t\n"])
def test_an_empty_document_is_a_problem(text: str) -> None:
    check("▶" + text, "the document is empty: it needs at least `## Phase 0: Title`")


@pytest.mark.parametrize("text", ["x" * 1_000_000, "- **a**: b\n" * 100_000, "> " * 500_000, "[" * 1_000_000])
def test_a_huge_document_is_a_problem(text: str) -> None:
    (problem,) = parse(text, "doc.md").problems
    assert str(problem) == f"doc.md:1:1: the document has {len(text):,} characters: at most 262,144 are read"


@pytest.mark.parametrize("piece", ["- **a**: b\n", "> ", "[", "`", "(", ",", "- "])
def test_the_largest_document_is_read_whatever_it_is_made_of(piece: str) -> None:
    text = "## Phase 0: Only\n\n- **Inputs**: "
    text += piece * ((LARGEST - len(text)) // len(piece))
    assert parse(text, "doc.md").problems


def test_a_nul_character_is_a_problem_with_its_place() -> None:
    (problem,) = parse("# T\n\nab\0c", "doc.md").problems
    assert str(problem) == "doc.md:3:3: a NUL character: this is no text"


def test_loading_reports_every_problem_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "doc.md"
    path.write_text("## Phase 1: One\n- **Levle**: meta\n")
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}:1:10: phase 0 comes here, not 1: phases are numbered from 0 without gaps\n"
        f"{path}:2:5: unknown field `Levle`; did you mean `Level`?"
    )
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1:1: the document is empty: it needs at least `## Phase 0: Title`"),
        (b"# T\n\nab\xff\xfe", "3:3: the document is not UTF-8 text from here on: save it as UTF-8"),
        (bytes(range(1, 256)), "3:115: the document is not UTF-8 text from here on: save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_document_is_a_clear_error(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "doc.md"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert str(caught.value) == f"{path}:{message}"


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.md:1:1: there is no such file"):
        load(tmp_path / "none.md")
    with pytest.raises(DocumentError, match="1:1: this is a folder"):
        load(tmp_path)


# Nothing is raised, whatever comes

HEADINGS = [
    "## Phase 0: A\n",
    "## Phase 1: B\n",
    "### Step: s\n",
    "### Gen\n",
    "#### Check\n",
    "# T\n",
    "## Safety valves\n",
]
FIELDS = ["- **Inputs**: ", "- **Lanes**: ", "- **For each**: LEGO", "{lego}", " of ", "(rows of {lego})", ", ", "`"]
MARKS = [
    "**",
    "- ",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "(",
    ")",
    "```\n",
    "> ",
    "1. ",
    "---\n",
    "===\n",
    "<!-- ",
    "\r",
    "\x0b",
    "ß",
]
WORDS = st.sampled_from([*HEADINGS, *FIELDS, *MARKS])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=40).map("".join)))
def test_no_text_raises_and_every_place_is_in_the_text(text: str) -> None:
    parsed = parse(text, "doc.md")
    assert (parsed.orchestration is None) == bool(parsed.problems)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in parsed.problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 80), WORDS), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(EDITS)
def test_no_change_of_the_real_document_raises(edits: list[tuple[float, int, str]]) -> None:
    text = REAL.read_text(encoding="utf-8")
    for where, length, word in edits:
        start = int(where * len(text))
        text = text[:start] + word + text[start + length :]
    parsed = parse(text, "doc.md")
    assert (parsed.orchestration is None) == bool(parsed.problems)
