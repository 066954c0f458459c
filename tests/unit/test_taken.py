"""Work that a person took over: what the record says, which word its step has, and what is due. Pure."""

from __future__ import annotations

import pytest

from engine.actions import FollowSession, GiveToPerson
from engine.snapshot import Options
from engine.state.events import TakenOver
from engine.state.models import Outcome
from tests.planning import Garden

MAP = "map"


@pytest.fixture
def garden() -> Garden:
    """The session that draws the map is at work, and was just taken over."""
    made = Garden()
    made.act("survey", made.ids)
    made.begin(MAP)
    made.happen(TakenOver(step=MAP, session=f"{MAP}-gen-1"))
    return made


def ended(garden: Garden) -> Garden:
    """The agent's session was ended for it."""
    garden.end(MAP, outcome="interrupted", reason="taken over by a person", ours=True)
    return garden


def given(garden: Garden) -> Garden:
    """The person has it."""
    garden.begin(MAP, runtime="handoff")
    return garden


def word(garden: Garden) -> tuple[str, str]:
    instance = garden.instance(MAP)
    return instance.status, instance.why


def due_for_it(garden: Garden) -> list[object]:
    return [one for one in garden.due if getattr(one, "step", "") == MAP]


def test_the_agents_session_is_followed_to_its_end_first(garden: Garden) -> None:
    assert due_for_it(garden) == [FollowSession(MAP, None, f"{MAP}-gen-1")]
    assert word(garden) == ("running", f"in your hands as soon as session {MAP}-gen-1 has been ended")
    assert garden.record(MAP).in_hands is None


def test_then_it_is_given_to_the_person_and_no_agent_is_started(garden: Garden) -> None:
    ended(garden)
    assert due_for_it(garden) == [GiveToPerson(MAP, None, f"{MAP}-gen-1")]
    assert word(garden) == ("running", "in your hands in a moment")


@pytest.mark.parametrize("hindrance", ["paused", "until", "caps", "runtimes"])
def test_nothing_keeps_it_from_the_person(garden: Garden, hindrance: str) -> None:
    ended(garden)
    match hindrance:
        case "paused":
            garden.run(paused=True)
        case "until":
            garden.options = Options(until=-1)
        case "caps":
            garden.options = Options(most_tokens=0, most_cost=0.0)
        case "runtimes":
            garden.run(runtimes=["r"])
            garden.runtime("r", reason="down", since=garden.now, failures=3)
    assert due_for_it(garden) == [GiveToPerson(MAP, None, f"{MAP}-gen-1")]


def test_in_the_persons_hands_it_waits_and_says_how_it_is_handed_back(garden: Garden) -> None:
    given(ended(garden))
    assert due_for_it(garden) == [FollowSession(MAP, None, f"{MAP}-gen-2")]
    assert word(garden) == ("running", f"in your hands: `meta hand-back {MAP}-gen-2` hands it back")
    live = garden.record(MAP).in_hands
    assert live is not None
    assert live.id == f"{MAP}-gen-2"


def test_killed_while_it_is_in_the_hands_it_is_given_again_and_nothing_is_counted(garden: Garden) -> None:
    given(ended(garden))
    for _ in range(9):
        garden.end(MAP, outcome="interrupted")
        assert due_for_it(garden) == [GiveToPerson(MAP, None, f"{MAP}-gen-1")]
        given(garden)
    assert (garden.record(MAP).interruptions, garden.record(MAP).failure_count) == (0, 0)


@pytest.mark.parametrize("outcome", ["done", "failed", "needs_input", "cancelled"])
def test_an_end_of_its_own_is_the_end_of_the_takeover(garden: Garden, outcome: Outcome) -> None:
    """Whether the person's, or the agent's that was quicker."""
    quicker = Garden(state=garden.state)
    quicker.end(MAP, outcome=outcome)
    given(ended(garden)).end(MAP, outcome=outcome)
    for one in (quicker, garden):
        assert one.record(MAP).taken == ""
        assert not any(isinstance(action, GiveToPerson) for action in one.due)


def test_a_failure_by_hand_counts_as_any_other(garden: Garden) -> None:
    given(ended(garden))
    garden.end(MAP, outcome="failed", reason="no water")
    assert (garden.record(MAP).failure_count, garden.record(MAP).evidence) == (1, ["no water"])
