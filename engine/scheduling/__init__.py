"""Which ready session starts first, and how many run at once. Pure: facts in, numbers and order out.

Why nothing starves: every session that starts ends (each has a deadline), and a plan is a finite graph without cycles.
`order` leaves no session out and a worker never stays idle while a session is ready (the limit is at least 1), so
each start makes what is left smaller; a failing step is started `failure_count` times at most. However urgent the
others are, there are finitely many of them, and after the last one even the least urgent session is at the head.
"""

from engine.scheduling.estimates import Durations, done_sessions, durations, seconds_of
from engine.scheduling.limits import Limit, limit_after
from engine.scheduling.priority import order, urgency

__all__ = ["Durations", "Limit", "done_sessions", "durations", "limit_after", "order", "seconds_of", "urgency"]
