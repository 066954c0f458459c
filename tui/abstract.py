"""Screens and apps that leave something to those built on them: what is forgotten there is an error at once."""

from __future__ import annotations

from abc import ABCMeta

from textual.message_pump import _MessagePumpMeta


class AbstractMeta(_MessagePumpMeta, ABCMeta):
    """Textual's metaclass and that of abstract classes in one: `abstractmethod` holds for screens and apps too."""
