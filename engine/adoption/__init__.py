"""Adoption: code that was there before gets a LEGO plan, a manifest and a state, and not one byte of it changes."""
