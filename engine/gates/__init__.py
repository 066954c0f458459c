"""Checks the engine runs itself: exit criteria, sandbox, receipts."""
