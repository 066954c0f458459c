"""The receipts of one LEGO, or one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.loaders.receipt_view import view_of

if TYPE_CHECKING:
    from engine.legos.model import Plan
    from tui.loaders.receipt_view import ReceiptView


def load_receipts(folder: Path, lego: str) -> tuple[ReceiptView, ...]:
    """Every receipt of a LEGO, the newest first. Raises BrokenState."""
    from engine.gates.receipts import ReceiptStore

    found, plan = [receipt for receipt in ReceiptStore(folder).all() if receipt.lego == lego], _plan(folder)
    return tuple(view_of(receipt, plan) for receipt in reversed(found))


def load_receipt(folder: Path, receipt_id: str) -> ReceiptView | None:
    """The receipt that proves a criterion; None when there is none of that id. Raises BrokenState."""
    from engine.gates.receipts import ReceiptStore

    try:
        return view_of(ReceiptStore(folder).load(receipt_id), _plan(folder))
    except KeyError:
        return None


def _plan(folder: Path) -> Plan | None:
    """The plan, for the names in it; a receipt can be read without."""
    from engine.errors import MetaError
    from engine.workspace import Workspace

    try:
        return Workspace(folder).plan()
    except MetaError:
        return None
