"""The headless engine: reads the document and the files, computes what is due, does it, writes the result."""

__version__ = "0.1.0"
