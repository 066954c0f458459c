"""A person's edits in generated files: no line of theirs is ever lost, whatever sessions make of the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.edits import Edit, difference, keep

PATH = "src/app/part.txt"


def text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def lines(data: bytes | None) -> list[str]:
    return (data or b"").decode().splitlines()


@dataclass
class Writer:
    """Somebody who changes a file at random; each line they write is unlike any other."""

    name: str
    written: int = 0
    own: set[str] = field(default_factory=set)

    def edit(self, before: list[str], places: list[tuple[int, str]]) -> list[str]:
        now = list(before)
        for place, how in places:
            at = place % (len(now) + 1)
            self.written += 1
            line = f"{self.name}{self.written}"
            if how == "insert" or at == len(now):
                now.insert(at, line)
            elif how == "replace":
                now[at] = line
            else:
                del now[at]
        self.own = {line for line in now if line.startswith(self.name)}
        return now


PLACES = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["insert", "replace", "delete"])), max_size=6)
GENERATED = [f"g{number}" for number in range(12)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLACES, st.lists(PLACES, min_size=1, max_size=3))
@example([(3, "replace")], [[(3, "replace")], [(3, "replace")]])
@example([(0, "delete")], [[(0, "insert")], []])
def test_every_line_of_a_person_is_in_the_file_after_any_number_of_sessions(
    by_hand: list[tuple[int, str]], sessions: list[list[tuple[int, str]]]
) -> None:
    person, session = Writer("person"), Writer("session")
    generated, mine = text(GENERATED), text(person.edit(GENERATED, by_hand))
    for places in sessions:
        made = text(session.edit(lines(mine), places))  # it works on the file as the person left it
        if generated == mine:
            mine = generated = made
            continue
        kept = keep([Edit(PATH, generated, mine)], {PATH: made})
        after = kept.files.get(PATH, made)
        assert person.own <= set(lines(after))
        if not kept.conflicts:
            assert session.own - person.own <= set(lines(after))
        mine, generated = after or b"", kept.generated[PATH] or b""
        assert {line for line in lines(generated) if line.startswith("person")} <= person.own


@settings(max_examples=60, deadline=None)
@given(PLACES, PLACES)
def test_what_nobody_edited_is_as_the_session_made_it(
    by_hand: list[tuple[int, str]], new: list[tuple[int, str]]
) -> None:
    made = text(Writer("session").edit(GENERATED, new))
    mine = text(Writer("person").edit(GENERATED, by_hand))
    assert keep([Edit("other.txt", text(GENERATED), mine)], {PATH: made, "other.txt": mine}).files == {}


def test_a_file_that_a_person_deleted_stays_deleted_and_they_are_asked() -> None:
    kept = keep([Edit(PATH, b"a\n", None)], {PATH: b"b\n"})
    assert kept.files == {PATH: None} and PATH in kept.conflicts


def test_a_file_that_a_session_deletes_stays_if_a_person_changed_it_and_they_are_asked() -> None:
    kept = keep([Edit(PATH, b"a\n", b"b\n")], {})
    assert kept.files == {PATH: b"b\n"} and PATH in kept.conflicts


def test_an_edit_that_the_session_made_too_is_no_edit_any_more() -> None:
    kept = keep([Edit(PATH, b"a\n", b"b\n")], {PATH: b"b\n"})
    assert (kept.files, kept.conflicts) == ({}, {})


def test_what_is_no_text_stays_the_persons_and_they_are_asked() -> None:
    kept = keep([Edit(PATH, b"\0a", b"\0b")], {PATH: b"\0c"})
    assert kept.files == {PATH: b"\0b"} and PATH in kept.conflicts


def test_a_long_difference_is_cut_and_counted() -> None:
    shown = difference(PATH, None, text([f"line{number}" for number in range(500)])).splitlines()
    assert shown[-1].endswith("more lines") and len(shown) == 121


def test_the_other_side_of_a_conflict_is_kept_with_what_of_the_edit_is_not_in_its_way() -> None:
    generated, mine = b"a\nb\nc\nd\ne\nf\n", b"mine\nb\nc\nd\ne\nmine too\n"
    kept = keep([Edit(PATH, generated, mine)], {PATH: b"a\nb\nc\nd\ne\nnew\n"})
    assert kept.files == {PATH: mine}
    assert kept.refused == {PATH: b"mine\nb\nc\nd\ne\nnew\n"}


def test_where_there_is_no_conflict_no_other_side_is_kept() -> None:
    assert keep([Edit(PATH, b"a\n\n\nb\n", b"x\n\n\nb\n")], {PATH: b"a\n\n\ny\n"}).refused == {}
