"""Whose turn it is where there is one job: all work is done one after the other, in an order that only the facts make.

So two runs that play the same tape write the same journal, line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import actions as due
from engine.runner.context import Context
from engine.sessions.folder import HANDOFF

AT_ONCE = due.FollowSession | due.CarryOut | due.GiveToPerson
"""What never waits: live sessions are watched over, and people are heard."""


def waits_its_turn(
    context: Context, action: due.Action, wanted: Sequence[due.Action], under_way: Iterable[str]
) -> bool:
    """Whether other work comes first (`under_way`: names of tasks); what waits for a person holds up nothing."""
    if isinstance(action, AT_ONCE):
        return False
    patient = {f"FollowSession:{one.key}" for one in wanted if _is_for_a_person(context, one)}
    return any(name not in patient and not name.startswith("CarryOut:") for name in under_way)


def takes_room(context: Context, action: due.Action) -> bool:
    """Whether a session counts against the limit; what a person took over does not."""
    if not isinstance(action, due.FollowSession):
        return False
    return context.record(action.step, action.lego).in_hands is None


def _is_for_a_person(context: Context, action: due.Action) -> bool:
    if not isinstance(action, due.FollowSession):
        return False
    live = context.record(action.step, action.lego).open_session
    return live is not None and live.runtime == HANDOFF
