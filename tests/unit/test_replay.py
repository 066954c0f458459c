"""Random histories: whatever each state file already holds, the journal leads to the same facts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.state import events as ev
from engine.state.apply import apply
from engine.state.atomic import dump_json
from engine.state.journal import encode
from engine.state.models import (
    CheckFact,
    Comment,
    GateFact,
    LegoState,
    OrchestratorState,
    Run,
    RuntimeFact,
    SessionFact,
    State,
    StepRecord,
    Undoing,
    Waiting,
)
from engine.state.replay import replay

STEPS, LEGOS = st.sampled_from(["design", "tests"]), st.sampled_from([None, "store", "cli"])
WHERE = {"step": STEPS, "lego": LEGOS}
STAGES = st.sampled_from(["gen", "review", "land", "gate", "done", "stopped"])
TEXTS = st.text(max_size=8)
IDS = st.dictionaries(st.sampled_from(["a.md", "b.md"]), TEXTS, max_size=2)
COSTS = st.none() | st.floats(0, 9)
SESSIONS = st.sampled_from(["s1", "s2"])
SUBSTEPS = st.sampled_from(["gen", "review"])
NUMBERS = st.integers(1, 3)
GATES = st.sampled_from(["design", "tests_store"])
EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(ev.RunSet, run=st.builds(Run, app=TEXTS)),
    st.builds(ev.PhaseStarted, phase=st.integers(0, 2), title=TEXTS),
    st.builds(ev.PhaseEnded, phase=st.integers(0, 2)),
    st.builds(ev.ActionStarted, **WHERE, document=TEXTS),
    st.builds(ev.ActionEnded, **WHERE, commit=st.none() | TEXTS, inputs=IDS, next=STAGES),
    st.builds(
        ev.SessionStarted,
        **WHERE,
        session=st.builds(
            SessionFact, id=SESSIONS, substep=SUBSTEPS, attempt=NUMBERS, runtime=TEXTS, base=TEXTS, started_at=TEXTS
        ),
        document=TEXTS,
    ),
    st.builds(
        ev.SessionEnded,
        **WHERE,
        session=SESSIONS,
        substep=SUBSTEPS,
        outcome=st.sampled_from(["done", "failed", "needs_input", "runtime", "interrupted", "overflow", "cancelled"]),
        reason=TEXTS,
        tokens=st.none() | st.integers(0, 99),
        cost=COSTS,
        charge=st.booleans(),
        tree=TEXTS,
        ours=st.booleans(),
    ),
    st.builds(
        ev.RuntimeSet,
        runtime=GATES,
        fact=st.none() | st.builds(RuntimeFact, reason=TEXTS, until=st.none() | TEXTS, failures=NUMBERS),
    ),
    st.builds(ev.TakenOver, **WHERE, session=SESSIONS),
    st.builds(ev.GateWithdrawn, **WHERE, gate=GATES),
    st.builds(
        ev.CheckEnded,
        **WHERE,
        check=st.builds(CheckFact, after=SUBSTEPS, commit=TEXTS, passed=st.booleans()),
        next=STAGES,
        evidence=TEXTS,
    ),
    st.builds(ev.LandingStarted, **WHERE, old=TEXTS, new=TEXTS),
    st.builds(ev.Landed, **WHERE, commit=TEXTS, outputs=IDS, tip=st.none() | TEXTS, next=STAGES),
    st.builds(
        ev.GateAsked, **WHERE, waiting=st.builds(Waiting, **WHERE, gate=GATES, round=NUMBERS, kind=st.just("approval"))
    ),
    st.builds(
        ev.GateDecided,
        **WHERE,
        fact=st.builds(
            GateFact,
            gate=GATES,
            round=NUMBERS,
            decision=st.sampled_from(["approve", "revise", "stop", "answer"]),
        ),
        answers=IDS,
        next=STAGES,
    ),
    st.builds(ev.Noted, **WHERE, comment=st.builds(Comment, id=TEXTS, text=TEXTS)),
    st.builds(ev.Reopened, **WHERE, why=TEXTS, evidence=TEXTS, charge=st.booleans(), forgive=st.booleans()),
    st.builds(ev.StepStopped, **WHERE, why=TEXTS),
    st.builds(ev.ValveTripped, instance=GATES, message=TEXTS),
    st.builds(ev.ValveReset, instance=GATES),
    st.builds(ev.CommandDone, id=TEXTS),
    st.builds(ev.UndoStarted, undoing=st.builds(Undoing, unit=NUMBERS, old=TEXTS, new=TEXTS)),
    st.builds(
        ev.Undone,
        unit=NUMBERS,
        run=st.builds(Run, app=TEXTS),
        steps=st.dictionaries(STEPS, st.builds(StepRecord, stage=STAGES), max_size=2),
        legos=st.dictionaries(
            st.sampled_from(["store", "cli"]),
            st.builds(
                ev.LegoBefore, steps=st.dictionaries(STEPS, st.builds(StepRecord, stage=STAGES), max_size=2), held=IDS
            ),
            max_size=2,
        ),
    ),
)


def possible(events: list[ev.Event]) -> list[ev.Event]:
    """The events without ends of phases that never began, numbered and timed."""
    begun: set[int] = set()
    kept: list[ev.Event] = []
    for event in events:
        if isinstance(event, ev.PhaseStarted):
            begun.add(event.phase)
        if isinstance(event, ev.Undone):
            begun.clear()
        if not isinstance(event, ev.PhaseEnded) or event.phase in begun:
            kept.append(event.model_copy(update={"seq": len(kept) + 1, "at": f"t{len(kept)}"}))
    return kept


HISTORIES = st.lists(EVENTS, max_size=30).map(possible)


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.data())
def test_any_cut_of_the_state_files_replays_to_the_same_facts(history: list[ev.Event], data: st.DataObject) -> None:
    cuts = [State()]
    for event in history:
        cuts.append(apply(cuts[-1], event))
    moment = st.integers(0, len(history))
    orchestrator = dump_json(cuts[data.draw(moment)].orchestrator)
    lego_cuts = [cuts[data.draw(moment)].legos.get(name) for name in cuts[-1].legos]
    legos = [LegoState.model_validate_json(dump_json(lego), strict=True) for lego in lego_cuts if lego]
    on_disk = State(
        orchestrator=OrchestratorState.model_validate_json(orchestrator, strict=True),
        legos={lego.name: lego for lego in legos},
    )
    journal = [ev.EVENT.validate_json(encode(event), strict=True) for event in history]
    assert replay(on_disk, journal) == cuts[-1]


def test_the_random_histories_hold_every_kind_of_event() -> None:
    kinds: set[str] = set()

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(HISTORIES)
    def collect(history: list[ev.Event]) -> None:
        kinds.update(event.event for event in history)

    collect()
    known = ev.EVENT.json_schema()["discriminator"]["mapping"]
    assert kinds == set(known)
