"""Whole screens and dialogs, with their styles beside them."""
