"""What the further screens load, made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.tui import fixture_views as views
from tests.tui.fixture_views import NOW
from tui.loaders.learned import Learned, ProposalView
from tui.loaders.proving import Proved
from tui.loaders.receipt_view import ReceiptView
from tui.loaders.runtimes import Runtimes, RuntimeView, Told
from tui.loaders.traceability import Link, TestView, Traceability
from tui.loaders.wisdom import CardView, Choice, Wisdom
from tui.read_model import EngineView, WorkspaceView

WHOLE, STORE = "integration-1b47b519-1", "merge-store-5c0b9d50-1"


def receipt(id_: str, **more: object) -> ReceiptView:
    """A green receipt of three tests."""
    base = ReceiptView(
        id=id_,
        sentence="`test` of the toolchain passes for the app",
        commit="4f1c2d9a8b7e6f5a",
        at="2027-01-15T07:58:20.000Z",
        green=True,
        expects="pass",
        exit_code=0,
        duration=3.4,
        command=("python", "-m", "pytest", "-q", "tests/"),
        sandbox="bubblewrap",
        environment="Python 3.11.7",
        step="integration",
        passed=("tests.integration.test_cli::test_r001_add", "tests.integration.test_cli::test_r001_twice[a]"),
        output="..                                              [100%]\n2 passed in …\n",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def chain() -> Traceability:
    """One requirement proven, one broken, one unproven, one that nobody builds."""
    good = receipt(WHOLE)
    bad = receipt(
        STORE,
        sentence="`test` of the toolchain passes for store with store and no dependencies real",
        green=False,
        exit_code=1,
        step="merge",
        lego="store",
        about="store",
        real=("store",),
        fake=("parser",),
        passed=("tests.unit.store.test_store::test_r002_order",),
        failed=("tests.unit.store.test_store::test_r002_put_twice",),
        now=False,
        output="E   KeyError: 'title' [line 41]\n1 failed, 1 passed in …\n",
    )

    def test(name: str, outcome: str, in_receipt: str) -> TestView:
        return TestView(name, outcome, in_receipt)  # type: ignore[arg-type]

    return Traceability(
        links=(
            Link(
                "R-001",
                "`add TITLE` stores a book and prints its number.",
                'after `add "Dune"`, `list` shows "Dune"',
                ("store", "cli"),
                tuple(test(name, "passed", WHOLE) for name in good.passed),
                (WHOLE,),
                "proven",
            ),
            Link(
                "R-002",
                "`list` shows books by date, [the newest] first; 書籍も含む.",
                "add three, compare the order",
                ("store", "query"),
                (
                    test(bad.failed[0], "failed", STORE),
                    test(bad.passed[0], "passed", STORE),
                ),
                (STORE, WHOLE),
                "broken",
                "`test_r002_put_twice` failed",
            ),
            Link(
                "R-003",
                "A missing title is refused with exit code 2.",
                "",
                ("cli",),
                why="No test that names it has run yet.",
            ),
            Link("R-004", "Exports to CSV.", "", (), why="No LEGO of the plan does it."),
        ),
        receipts=(good, bad),
        commit="4f1c2d9a8b7e6f5a",
    )


FALLEN = Proved(
    frozenset({STORE}), ((WHOLE, "`test` passes for the app: no longer holds (1 passed, 1 failed, exit 1)"),)
)
HELD = Proved(frozenset({WHOLE, STORE}), left_out="not looked at, because they are not committed: notes.txt")


def wisdom() -> Wisdom:
    """Three cards of two collections; one was told to a session."""
    told = (
        Choice(
            "0007-code", "store · code · gen #1", "codex", "applies to code, shares words with this work (rank -2.1)"
        ),
    )
    fields = (
        ("Source", "Somebody, *A book*, 1990"),
        ("Applies to", "`design`, `code` · files"),
        ("Principle", "A name is [not] a path."),
        ("Do", "Make file names from ids."),
        ("Avoid", "Joining a folder with a user's text."),
        ("Review question", "What happens with `../../x`?"),
    )
    return Wisdom(
        (
            CardView("DES-001", "Make it obvious at a glance", "design", fields),
            CardView("RSK-001", "Deny unless allowed", "risk", fields, told * 3),
            CardView("RSK-006", "A name is not a path", "risk", fields),
        )
    )


def proposed() -> Wisdom:
    """The same, beneath what a retrospective proposes: a proposal in each state."""
    fields = (
        ("Source", "evenly, tests, a check that nobody ran"),
        ("Applies to", "`code`, `tests` · errors"),
        ("Principle", "A number that is [only] read once is believed for ever; 書籍も含む."),
        ("Do", "Name the unit in the column's heading, and test one value with it."),
        ("Avoid", "Totals without their currency."),
        ("Review question", "Which unit has this column?"),
        ("Evidence", "`0012-7-store-code-gen-1` printed cents where `R-004` wanted euros"),
    )
    proposals = (
        ProposalView("1f2e3d4c-1", "Name the unit of each column", "open", fields),
        ProposalView("1f2e3d4c-2", "Copy the promised headings", "approved", fields, card="LRN-003"),
        ProposalView("1f2e3d4c-3", "Ask twice before deleting", "declined", fields),
        ProposalView("1f2e3d4c-4", "Deny what is not allowed", "known", fields, same_as="RSK-001"),
    )
    return replace(wisdom(), learned=Learned(proposals))


def runtimes() -> Runtimes:
    """One that works, one that rests, one that needs a person."""
    return Runtimes(
        order=("codex", "claude", "copilot"),
        next_order=("codex", "claude", "copilot"),
        known=(
            RuntimeView("codex", limit=2),
            RuntimeView("claude", "rate limit: 5-hour window is used up", NOW - 60, NOW + 754, 2, 1),
            RuntimeView("copilot", "not logged in: type /login", NOW - 90, None, 1),
        ),
        source="meta.toml",
    )


def told() -> dict[str, Told]:
    """What six runtimes say."""
    return {
        "codex": Told(True, "0.144.1", True, "codex's own (workspace-write)", ("resume", "takeover")),
        "claude": Told(True, "2.1.0", True, "claude's bubblewrap sandbox", ("resume", "takeover")),
        "copilot": Told(True, "1.0.4", False, "none: no tun device"),
        "handoff": Told(True, "1", True),
        "openai": Told(True, "2.68", None),
        "gemini": Told(False, trouble="gemini is not installed: there is no such program on PATH"),
    }


def with_sessions(folder: Path) -> WorkspaceView:
    """A running workspace whose sessions are codex's and claude's."""
    view = views.running(folder)
    names = ("codex", "codex", "claude")
    sessions = tuple(one._replace(runtime=names[number % 3]) for number, one in enumerate(view.sessions))
    return view._replace(sessions=sessions)


def at_rest(view: WorkspaceView) -> WorkspaceView:
    """The same with no engine: `q` leaves at once."""
    return view._replace(engine=EngineView())
