"""What a run cost and how well it went, derived from its journal alone. Nothing is sent anywhere."""

from __future__ import annotations

from engine.metrics.compute import metrics
from engine.metrics.model import Metrics

__all__ = ["Metrics", "metrics"]
