"""The linter: words nobody knows, steps that cannot work, artifacts that are not there; and the vocabulary it uses."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document.lint import lint
from engine.document.model import Orchestration, Position, Reference
from engine.document.parser import DocumentError, load, parse
from engine.document.producers import producers, reference_key, singular
from engine.document.vocabulary import SentenceForm, Vocabulary, match, nearest
from engine.linting import lint_document

ROOT = Path(__file__).parents[2]
REAL = ROOT / ".meta" / "AGENTS.md"
GUIDE = ROOT / "tests" / "fixtures" / "documents" / "travel_guide.md"

FORMS = tuple(
    map(
        SentenceForm,
        [
            "`<path>` exists",
            '`<path>` has a section "<title>"',
            "every requirement has an id",
            "every requirement has an acceptance test idea",
            "`<path>` is a valid LEGO plan",
            "every requirement belongs to a LEGO",
            "every requirement of {lego} is named by a test",
            "every requirement is named by an integration test",
            "every requirement is proven",
            "`<command>` of the toolchain <verdict> for {lego} with <scope>",
            "`<command>` of the toolchain passes for {lego}",
            "`<command>` of the toolchain passes for the app",
            "confidence is at least <number>",
            "essence clarity is at least <number>",
        ],
    )
)
WORDS = Vocabulary(
    forms=FORMS,
    roles=(
        *("contract", "contract tests", "fake", "unit tests", "source", "merged source"),
        *("integration tests", "shared files", "package description", "smoke script"),
    ),
    commands=("test", "unit_test", "contract_test", "clean_install"),
    actions=("check versions", "read intent", "scaffold", "merge LEGO", "write proof", "write release"),
    tags=("engineering", "strategic", "design", "risk"),
    given=("package description",),
)
TRAVEL = Vocabulary(
    forms=FORMS,
    roles=("chapter", "bound chapter"),
    commands=("proofread",),
    actions=("bind chapter",),
    tags=("maps",),
    given=("notes/notes_{entry}.md",),
)

WORK = "#### Gen\nDo.\n#### Review\nRead.\n#### Check\n- confidence is at least 0.6\n"
"""The texts of a step that has nothing else to be blamed for."""


def check(marked: str, *messages: str, vocabulary: Vocabulary = WORDS) -> None:
    """`marked` has a `▶` before each mistake, in the order of the messages; `WORK` stands for blameless texts."""
    text = textwrap.dedent(marked).replace("WORK\n", WORK)
    places = []
    for number, line in enumerate(text.split("\n"), start=1):
        pieces = line.split("▶")
        places += [(number, len("".join(pieces[: index + 1])) + 1) for index in range(len(pieces) - 1)]
    expected = [f"doc.md:{line}:{column}: {text}" for (line, column), text in zip(places, messages, strict=True)]
    parsed = parse(text.replace("▶", ""), "doc.md", vocabulary)
    assert [str(problem) for problem in parsed.problems] == expected


def guide() -> Orchestration:
    return load(GUIDE, TRAVEL)


# Whole documents


def test_the_document_of_this_repository_has_nothing_to_complain_of() -> None:
    assert lint_document(REAL) == []


def test_a_document_about_something_else_has_nothing_to_complain_of() -> None:
    assert lint(guide(), TRAVEL) == []


def test_what_lint_finds_leaves_the_document_usable_and_keeps_it_from_being_loaded(tmp_path: Path) -> None:
    path = tmp_path / "doc.md"
    path.write_text("## Phase 0: Only\n- **Action**: scaffolds\n")
    parsed = parse(path.read_text(), "doc.md", WORDS)
    assert parsed.orchestration is not None
    assert [str(problem) for problem in parsed.problems] == [
        "doc.md:2:15: unknown action `scaffolds`; did you mean `scaffold`?"
    ]
    assert load(path) == load(path)
    with pytest.raises(DocumentError, match="2:15: unknown action"):
        load(path, WORDS)


def test_words_are_checked_even_where_the_grammar_is_broken() -> None:
    check(
        """\
        ## Phase 0: Only
        - **▶Levle**: meta
        - **Action**: ▶scafold
        """,
        "unknown field `Levle`; did you mean `Level`?",
        "unknown action `scafold`; did you mean `scaffold`?",
    )


# Unknown words


def test_an_unknown_criterion_shows_the_nearest_known_form() -> None:
    check(
        """\
        ## Phase 0: Only
        - **Action**: scaffold
        ### Exit criteria
        - ▶`a.md` has the section "B"
        - ▶every requirement has an ID
        - every requirement has
          an id
        - ▶confidence at least 0.6
        """,
        'unknown criterion `` `a.md` has the section "B" ``; '
        'the nearest known form is: `<path>` has a section "<title>"',
        "unknown criterion `every requirement has an ID`; the nearest known form is: every requirement has an id",
        "unknown criterion `confidence at least 0.6`; the nearest known form is: confidence is at least <number>",
    )


def test_without_any_form_an_unknown_criterion_is_still_reported() -> None:
    check(
        "## Phase 0: Only\n- **Action**: go\n### Check\n- ▶all is well\n",
        "unknown criterion `all is well`",
        vocabulary=Vocabulary(actions=("go",)),
    )


def test_an_unknown_command_is_reported_at_its_name_in_the_sentence() -> None:
    check(
        """\
        ## Phase 0: Only
        - **For each**: LEGO
        - **Action**: scaffold
        ### Check
        - `▶tst` of the toolchain passes for {lego} with {lego} real
        - `test` of the toolchain
          passes for {lego}
        """,
        "unknown command of the toolchain `tst`; did you mean `test`?",
    )


def test_a_command_is_found_on_the_second_line_of_a_sentence() -> None:
    check(
        """\
        ## Phase 0: Only
        - **Action**: go
        ### Check
        - all is well with
          `▶tst`
        """,
        "unknown command of the toolchain `tst`; did you mean `test`?",
        vocabulary=Vocabulary((SentenceForm("all is well with `<command>`"),), commands=("test",), actions=("go",)),
    )


def test_an_unknown_tag_and_an_unknown_role_are_reported_at_the_word() -> None:
    check(
        """\
        ## Phase 0: Only
        - **For each**: LEGO
        - **Action**: scaffold
        - **Wisdom**: risk, ▶desing
        - **Outputs**: ▶contrakt of {lego},
          ▶sauce of {lego}
        """,
        "unknown wisdom tag `desing`; did you mean `design`?",
        "unknown role `contrakt`; did you mean `contract`?",
        "unknown role `sauce`; did you mean `source`?",
    )


def test_a_message_lists_the_known_words_only_if_they_are_few() -> None:
    few = Vocabulary(actions=tuple(f"act_{number}" for number in range(12)))
    many = Vocabulary(actions=tuple(f"act_{number}" for number in range(13)))
    listed = ", ".join(f"`{action}`" for action in sorted(few.actions))
    check("## Phase 0: Only\n- **Action**: ▶go\n", f"unknown action `go`; known: {listed}", vocabulary=few)
    check("## Phase 0: Only\n- **Action**: ▶go\n", "unknown action `go`", vocabulary=many)


# Steps


def test_a_step_has_a_name_that_can_name_a_file() -> None:
    rule = "it begins with a letter from a to z, then come small letters, digits and `_`"
    no_name = "this gives the step no name: a name is made of the letters a to z, digits and `_`"
    check(
        """\
        ## Phase 0: Odd
        ### Step: ▶Second draft
        - **Action**: scaffold
        ### Step: ▶2nd
        - **Action**: scaffold
        ### Step:▶
        - **Action**: scaffold
        ## Phase 1: ▶第一
        - **Action**: scaffold
        """,
        f"`Second draft` cannot name a step: {rule}; write `second_draft`",
        f"`2nd` cannot name a step: {rule}; write `nd`",
        no_name,
        no_name,
    )


def test_two_steps_cannot_have_one_name() -> None:
    check(
        """\
        ## Phase 0: Draft
        - **Action**: scaffold
        ## Phase 1: Other
        ### Step: ▶draft
        - **Action**: scaffold
        """,
        "a second step `draft`: the first is in line 1",
    )


def test_a_step_is_the_work_of_the_engine_or_of_a_session() -> None:
    check(
        """\
        ## Phase 0: Odd
        ### Step: both
        - **Action**: scaffold
        - **Outputs**: `a.md`
        #### ▶Gen
        Do.
        #### Review
        Read.
        #### Check
        - confidence is at least 0.6
        ### Step: ▶neither
        - **Level**: meta
        ### Step: empty
        - **Outputs**: `b.md`
        #### ▶Gen
        """,
        "the step `both` has an Action and a Gen: it is either the engine's or a session's",
        "the step `neither` has neither a text under Gen nor an Action: there is nothing to do",
        "the step `empty` has neither a text under Gen nor an Action: there is nothing to do",
    )


def test_the_work_of_a_session_has_outputs_criteria_and_a_review() -> None:
    check(
        """\
        ## Phase 0: Odd
        ### Step: ▶unmeasured
        - **Outputs**: `a.md`
        #### Gen
        Do.
        #### Review
        Read.
        ### Step: ▶idle
        WORK
        ### Step: ▶unreviewed
        - **Outputs**: `b.md`
        #### Gen
        Do.
        #### Check
        - confidence is at least 0.6
        ### Step: blank
        - **Outputs**: `c.md`
        #### Gen
        Do.
        #### ▶Review
        #### Check
        - confidence is at least 0.6
        """,
        "the step `unmeasured` has a Gen and no criteria: nothing would say when it is done",
        "the step `idle` has a Gen and no Outputs: its session could write nothing",
        "the step `unreviewed` has no Review in the full lane: every artifact is reviewed there",
        "the step `blank` has no Review in the full lane: every artifact is reviewed there",
    )


def test_instructions_leave_room_for_what_they_are_about() -> None:
    long, short = "Write one more page. " * 400, "Keep it. " * 300
    text = (
        "## Phase 0: Much\n\n- **Outputs**: `a.md`\n\n"
        f"### Gen\n\n{long}\n\n### Review\n\nRead.\n\n### Change\n\n{short}\n\n"
        "### Exit criteria\n\n- confidence is at least 0.6\n"
    )
    found = [problem.message.partition(" has about ")[0] for problem in parse(text, "doc.md", WORDS).problems]
    assert found == ["the Gen of `much`", "the Change of `much`"]


def test_review_may_be_left_out_in_the_tiny_lane_only() -> None:
    check(
        """\
        ## Phase 0: Odd
        ### Step: one
        - **Lanes**: full, tiny (no Review)
        - **Outputs**: `a.md`
        WORK
        ### Step: two
        - **Lanes**: full (no Review), tiny
        - **Outputs**: `b.md`
        #### Gen
        Do.
        #### ▶Review
        Read.
        #### Check
        - confidence is at least 0.6
        """,
        "the step `two` has no Review in the full lane: every artifact is reviewed there",
    )


def test_a_review_needs_something_to_review() -> None:
    check(
        "## Phase 0: Only\n- **Action**: scaffold\n### ▶Review\nRead.\n",
        "the step `only` has a Review and no Gen: there is nothing to review",
    )


def test_a_step_of_the_app_knows_no_single_lego() -> None:
    check(
        """\
        ## Phase 0: Each
        - **For each**: LEGO
        - **Action**: scaffold
        - **Outputs**: contract of {lego}, `design/{lego}.md`
        ## Phase 1: ▶Whole
        - **Action**: scaffold
        - **Lands**: at merge
        - **Inputs**: ▶contracts of {dependencies}, `design/{entry}.md`, ▶`design/{lego}.md`, contracts of {legos},
          ▶`app_intent.md` (rows of {lego})
        ### Check
        - ▶every requirement of {lego} is named by a test
        """,
        "the step `whole` lands at merge, but is no step for each LEGO",
        "`contracts of {dependencies}` is about one LEGO, but `whole` is no step for each LEGO",
        "`` `design/{lego}.md` `` is about one LEGO, but `whole` is no step for each LEGO",
        "`` `app_intent.md` (rows of {lego}) `` is about one LEGO, but `whole` is no step for each LEGO",
        "`every requirement of {lego} is named by a test` is about one LEGO, but `whole` is no step for each LEGO",
    )


def test_a_step_writes_whole_artifacts_of_its_own_lego() -> None:
    check(
        """\
        ## Phase 0: Only
        - **For each**: LEGO
        - **Action**: scaffold
        - **Outputs**: ▶`a.md`, ▶shared files, ▶fakes of {dependencies}, ▶`b_{entry}.md`, ▶source of {lego} (not shown)
        """,
        "`` `a.md` ``: each LEGO would write the same artifact, so it must name {lego}",
        "`shared files`: each LEGO would write the same artifact, so it must name {lego}",
        "`fakes of {dependencies}`: a step writes its own artifacts only, never those of other LEGOs",
        "`` `b_{entry}.md` ``: a step writes its own artifacts only, never those of other LEGOs",
        "`source of {lego} (not shown)`: a remark in brackets is for inputs, a step writes the whole artifact",
    )


# Artifacts


def test_an_input_is_made_by_a_step_or_given() -> None:
    check(
        """\
        ## Phase 0: One
        - **Action**: scaffold
        - **Inputs**: `app_intent.md`, package description, ▶`essense.md`, ▶smoke script
        - **Outputs**: `essence.md`
        """,
        "no step makes `` `essense.md` ``; did you mean `essence.md`?",
        "no step makes `smoke script`; known: `essence.md`, `app_intent.md`, `package description`",
    )


def test_an_artifact_is_made_by_one_step() -> None:
    check(
        """\
        ## Phase 0: One
        - **For each**: LEGO
        - **Action**: scaffold
        - **Outputs**: contract of {lego}, `design/{lego}.md`
        ## Phase 1: Two
        - **For each**: LEGO
        - **Action**: scaffold
        - **Outputs**: ▶contracts of {lego}, source of {lego}, ▶`design/{lego}.md`
        """,
        "`contracts of {lego}` is already an output of the step `one`",
        "`` `design/{lego}.md` `` is already an output of the step `one`",
    )


def test_an_input_is_made_before_it_is_read() -> None:
    check(
        """\
        ## Phase 0: Early
        - **Action**: scaffold
        - **Inputs**: ▶`late.md`
        ## Phase 1: Late
        - **Action**: scaffold
        - **Outputs**: `late.md`
        """,
        "`` `late.md` `` is read before the step `late` in line 4 makes it",
    )


def test_a_circle_of_steps_is_named() -> None:
    check(
        """\
        ## Phase 0: A
        - **Action**: scaffold
        - **Inputs**: ▶`c.md`
        - **Outputs**: `a.md`
        ## Phase 1: B
        - **Action**: scaffold
        - **Inputs**: `a.md`
        - **Outputs**: `b.md`
        ## Phase 2: C
        - **Action**: scaffold
        - **Inputs**: `b.md`
        - **Outputs**: `c.md`
        """,
        "`` `c.md` `` closes a circle: a → b → c → a",
    )


def test_a_step_cannot_read_what_it_writes() -> None:
    check(
        """\
        ## Phase 0: A
        - **Action**: scaffold
        - **Inputs**: ▶`a.md`
        - **Outputs**: `a.md`
        """,
        "`` `a.md` `` closes a circle: a → a",
    )


def test_a_lego_may_read_what_the_same_step_made_for_its_dependencies() -> None:
    check(
        """\
        ## Phase 0: A
        - **For each**: LEGO
        - **Action**: scaffold
        - **Inputs**: contracts of {dependencies}
        - **Outputs**: contract of {lego}
        ## Phase 1: B
        - **For each**: LEGO
        - **Action**: scaffold
        - **Inputs**: ▶sources of {lego}
        - **Outputs**: source of {lego}
        """,
        "`sources of {lego}` closes a circle: b → b",
    )


def test_going_back_to_dependencies_is_no_circle_but_comes_too_early_in_the_document() -> None:
    check(
        """\
        ## Phase 0: A
        - **For each**: LEGO
        - **Action**: scaffold
        - **Inputs**: ▶source of {dependencies}
        - **Outputs**: contract of {lego}
        ## Phase 1: B
        - **For each**: LEGO
        - **Action**: scaffold
        - **Inputs**: contract of {lego}
        - **Outputs**: source of {lego}
        """,
        "`source of {dependencies}` is read before the step `b` in line 6 makes it",
    )


# Producers


def reference(*, path: str = "", role: str = "") -> Reference:
    return Reference(path or role, Position(1, 1), path=path, role=role)


def test_producers_are_found_by_path_and_by_role() -> None:
    made = {key: step.name for key, step in producers(guide()).items()}
    assert made == {
        "path:route.md": "route",
        "path:lego_plan.json": "route",
        "role:chapter": "stops",
        "role:bound chapter": "bind",
        "path:cover/": "cover",
    }


def test_every_input_of_the_real_document_but_the_given_ones_has_a_producer() -> None:
    document = load(REAL)
    made = producers(document)
    missing = {reference_key(each) for step in document.steps() for each in step.inputs} - set(made)
    assert missing == {"path:app_intent.md", "path:change_request.md"}


def test_one_and_many_of_a_role_have_the_same_key() -> None:
    assert reference_key(reference(role="contracts")) == reference_key(reference(role="contract")) == "role:contract"


def test_the_path_of_the_entry_is_made_by_the_step_of_every_lego() -> None:
    assert reference_key(reference(path="d/d_{entry}.md")) == reference_key(reference(path="d/d_{lego}.md"))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("contracts", "contract"),
        ("contract", "contract"),
        ("unit tests", "unit tests"),
        ("merged sources", "merged source"),
        ("nothing", "nothing"),
    ],
)
def test_a_role_means_the_known_one_itself_else_the_one_without_s(role: str, expected: str) -> None:
    assert singular(role, ("contract", "unit tests", "merged source")) == expected


# Sentence forms


@pytest.mark.parametrize(
    ("form", "sentence", "slots"),
    [
        ("`<path>` exists", "`a b.md` exists", {"path": "a b.md"}),
        ("`<path>` exists", "a.md exists", None),
        ("`<path>` exists", "`a.md` exists.", None),
        ("`<path>` exists", "`` exists", None),
        ("`<path>` exists", "`a` and `b` exists", None),
        ('"<title>" is a title', '"REVIEW NOTES" is a title', {"title": "REVIEW NOTES"}),
        ("at most <number> tokens", "at most 10,000 tokens", {"number": "10,000"}),
        ("at most <number> tokens", "at most 0.6 tokens", {"number": "0.6"}),
        ("at most <number> tokens", "at most 1,00 tokens", None),
        ("at most <number> tokens", "at most ٣ tokens", None),
        ("every one of {lego} (all)", "every one of {lego} (all)", {}),
        ("every one of {lego} (all)", "every one of store (all)", None),
        (
            "`<command>` passes for <scope>",
            "`unit_test` passes for {lego}\n and all",
            {"command": "unit_test", "scope": "{lego} and all"},
        ),
        ("`<path>` is newer than `<other:path>`", "`a` is newer than `b`", {"path": "a", "other": "b"}),
    ],
)
def test_a_sentence_has_a_form_or_not(form: str, sentence: str, slots: dict[str, str] | None) -> None:
    assert match(SentenceForm(form), sentence) == slots


def test_a_form_names_its_slots_and_their_kinds() -> None:
    form = SentenceForm("`<path>` is newer than `<other:path>`, `<command>` says")
    assert form.slots == ("path", "other", "command")
    assert [form.kind(slot) for slot in form.slots] == ["path", "path", "command"]


def test_the_nearest_form_is_found_whatever_fills_the_slots() -> None:
    long_path = "`" + "every/requirement/is/proven/" * 5 + "` exist"
    assert nearest(long_path, FORMS) == SentenceForm("`<path>` exists")
    assert nearest("confidence at least 0.6", FORMS) == SentenceForm("confidence is at least <number>")
    assert nearest("anything", ()) is None


# Nothing is raised, whatever comes

LINES = st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from(["drop", "double", "swap"])), min_size=1, max_size=8)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(LINES)
def test_no_shuffle_of_the_real_document_raises(edits: list[tuple[int, str]]) -> None:
    lines = REAL.read_text(encoding="utf-8").split("\n")
    for where, what in edits:
        index = where % (len(lines) - 1)
        if what == "drop":
            del lines[index]
        elif what == "double":
            lines.insert(index, lines[index])
        else:
            lines[index], lines[index + 1] = lines[index + 1], lines[index]
    parsed = parse("\n".join(lines), "doc.md", WORDS)
    assert parsed.problems == sorted(parsed.problems)
    assert parsed.orchestration is not None or parsed.problems
