"""`meta.toml`: how a person wants the sessions run, for every workspace and for this one."""

from __future__ import annotations

from engine.configuration.load import ConfigurationError, load
from engine.configuration.model import Configuration, RuntimeSettings

__all__ = ["Configuration", "ConfigurationError", "RuntimeSettings", "load"]
