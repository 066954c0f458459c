"""A change of a finished app in each of its stages, made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.assessment import Status
from engine.legos.requirements import RequirementChange
from engine.lifecycle.change import ChangeReport, Expected, LegoChange
from tests.tui import fixture_views as views
from tests.tui.fixture_views import LEGOS, NOW
from tui.loaders.changes import Decided, Maintenance, Written
from tui.read_model import EngineView, LegoView, WaitingView, WorkspaceView

INTENT_DIFF = (
    "--- a/app_intent.md",
    "+++ b/app_intent.md",
    "@@ -7,4 +7,5 @@",
    " - Lists books by date.",
    "-- Prints a report.",
    "+- Prints a report, [as CSV] where `--csv` is given; 書籍も含む.",
    "+- Forgets nobody's password.",
)
WRITTEN = (Written("app_intent.md", INTENT_DIFF),)
PLANNERS = ("version_check", "intent", "essence", "requirements", "risk_and_trade_offs", "lego_planning")


def lego(
    name: str, decision: str = "KEEP", reason: str = "nothing that it does is concerned", **more: object
) -> LegoChange:
    """A LEGO that is kept, unless told otherwise."""
    base = LegoChange(name, decision, reason, (), False, (), (), {}, 0)  # type: ignore[arg-type]
    return replace(base, **more)  # type: ignore[arg-type]


def report(**more: object) -> ChangeReport:
    """One LEGO of each decision, with edits of a person's in one."""
    base = ChangeReport(
        requirements=(
            RequirementChange("R-004", "removed", "Exports to XML."),
            RequirementChange("R-006", "changed", "`list` shows books by date, [the newest] first; 書籍も含む."),
            RequirementChange("R-012", "added", "`report --csv` prints the report as comma-separated values."),
        ),
        legos=(
            lego("store"),
            lego("parser", "REGENERATE", "its grammar is another one", requirements=("R-006",), sessions=6),
            lego(
                "query",
                "REFACTOR",
                "sorts by date [from now on]",
                requirements=("R-006",),
                contract_may_move=True,
                callers_kept=("store",),
                tests=("tests/unit/query/test_query.py", "tests/unit/query/test_order.py"),
                edited={"src/reading_log/query/__init__.py": 14, "design/design_query.md": 2},
                sessions=6,
            ),
            lego("csv_export", "NEW", "a format of its own", requirements=("R-012",), sessions=6),
            lego(
                "report",
                "REFACTOR",
                "hands its rows to csv_export",
                requirements=("R-004", "R-006", "R-012"),
                sessions=6,
            ),
            lego("xml_export", "RETIRE", "nobody reads XML", requirements=("R-004",), edited={"src/xml.py": 3}),
        ),
        sessions=31,
        tokens=Expected(148_000, 212_000),
        seconds=Expected(1_930, 3_120),
        risk="high",
        risks=(
            "the contract of query may move under store, which are kept",
            "16 lines of yours in src/reading_log/query/__init__.py are merged into the new query",
            "parser is written anew: what its tests do not hold fast may come out differently",
            "xml_export is to be retired and holds edits of yours: src/xml.py",
        ),
        approved=False,
    )
    return replace(base, **more)  # type: ignore[arg-type]


NOTHING = Maintenance("nothing")
UNFINISHED = Maintenance("unfinished")
WISHED = Maintenance(
    "wished", WRITTEN, planners=PLANNERS, stands=("essence", "requirements", "lego_planning", "design_query")
)
PLANNING = Maintenance("planning", WRITTEN, planners=PLANNERS)
PLANNED = Maintenance("planned", WRITTEN, report(), PLANNERS)
APPLYING = Maintenance("applying", WRITTEN, report(approved=True), PLANNERS)
DONE = Maintenance(
    "done",
    last=(
        Decided("store", "KEEP", "nothing that it does is concerned"),
        Decided("query", "REFACTOR", "sorts by date [from now on]"),
        Decided("csv_export", "NEW", "a format of its own"),
    ),
)


def finished(folder: Path) -> WorkspaceView:
    """All is done, nothing is wished for."""
    return views.finished(folder)._replace(mode="maintenance")


def wished(folder: Path) -> WorkspaceView:
    """The intent was edited."""
    return views.finished(folder)._replace(news=("app_intent.md",))


def planning(folder: Path) -> WorkspaceView:
    """The requirements are being brought up to date."""
    phases = [*views.done_until(3), views.single(3, "running", why="gen session 0051 is at work")]
    return views.view(folder, phases, mode="maintenance", change="planning", legos=())


def planned(folder: Path) -> WorkspaceView:
    """The plan waits."""
    asked = WaitingView("lego_planning", 2, "approval", "lego_planning", since=NOW - 90)
    waits = views.single(5, "waiting_approval", why="`meta approve lego_planning` approves it")
    legos = tuple(LegoView(name, "done") for name in LEGOS)
    return views.view(
        folder,
        [*views.done_until(5), waits],
        mode="maintenance",
        change="planning",
        waiting=(asked,),
        engine=EngineView(),
        legos=legos,
    )


def applying(folder: Path) -> WorkspaceView:
    """One LEGO is done, two are at work, one waits."""
    words: dict[str, Status] = {
        "parser": "running",
        "query": "waiting_approval",
        "csv_export": "running",
        "report": "pending",
        "xml_export": "done",
    }
    legos = tuple(LegoView(name, word) for name, word in words.items())
    return views.running(folder)._replace(mode="maintenance", change="applying", legos=legos)


CONFLICTS = (
    (
        "dishes/[stew].md",
        "<<<<<<< yours\nAdd [b]cold[/b] broth.\n||||||| as it was generated\nAdd broth.\n=======\nAdd hot broth.\n"
        "Stir; 書籍も含む.\n>>>>>>> new\n"
        "<<<<<<< yours\n||||||| as it was generated\nServe.\n=======\nServe it hot.\n>>>>>>> new\n",
    ),
    ("dishes/photo.png", "both sides changed it, and it is no text\n"),
)


def conflicting(folder: Path) -> WorkspaceView:
    """A step waits: in two places, and in a file that is no text, the new work and the person's edits conflict."""
    view = views.waiting(folder)
    step = view.step("requirements")
    assert step is not None
    changed = step._replace(conflicts=CONFLICTS)
    phases = (*view.phases[:3], view.phases[3]._replace(steps=(changed,)), *view.phases[4:])
    return view._replace(phases=phases, mode="maintenance", change="applying")
