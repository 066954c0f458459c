"""The receipts of one LEGO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.loaders.receipt_view import view_of

if TYPE_CHECKING:
    from tui.loaders.receipt_view import ReceiptView


def load_receipts(folder: Path, lego: str) -> tuple[ReceiptView, ...]:
    """Every receipt of a LEGO, the newest first. Raises BrokenState."""
    from engine.gates.receipts import ReceiptStore

    found = [receipt for receipt in ReceiptStore(folder).all() if receipt.lego == lego]
    return tuple(map(view_of, reversed(found)))
