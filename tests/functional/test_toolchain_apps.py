"""Each kind of app that comes with the engine, proven by an app of two LEGOs that is built with its real tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.gates.receipts import ReceiptStore
from engine.lifecycle.prove import prove_workspace
from engine.workspace import Workspace
from tests import toolchain_apps as apps
from tests.git_helpers import plain_git
from tests.small_app import build

BRIEF_LIMIT = 10_000


@pytest.fixture(scope="module", params=apps.KINDS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Workspace]]:
    """The app of one kind, built from its tape."""
    kind: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("META_PACKAGES", str(apps.PACKAGES))
        if why := apps.lacking(kind):
            pytest.skip(why)
        folder = tmp_path_factory.mktemp(kind)
        place, said = apps.workspace(folder / "app", kind), []
        end = build(place, apps.tape(folder / "tape", kind).path, said, yes=True)
        assert end.ending == "done", "\n".join([*said, *end.told])
        yield kind, place


def test_every_check_of_the_app_is_green(built: tuple[str, Workspace]) -> None:
    newest = ReceiptStore(built[1].root).latest()
    assert {receipt.check for receipt in newest.values()} >= {"contract_test", "unit_test", "test", "clean_install"}
    assert [receipt.id for receipt in newest.values() if not receipt.green] == []


def test_every_requirement_is_proven_in_a_clone_too(built: tuple[str, Workspace], tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    plain_git(tmp_path, "clone", "--quiet", str(built[1].root), str(clone))
    assert "Unproven" not in (clone / "PROOF.md").read_text(encoding="utf-8")
    assert [line for line, green in prove_workspace(clone) if not green] == []


def test_no_brief_is_longer_than_a_session_may_be_told(built: tuple[str, Workspace]) -> None:
    costs = apps.brief_tokens(built[1])
    assert len(costs) > 20
    assert max(costs) < BRIEF_LIMIT
