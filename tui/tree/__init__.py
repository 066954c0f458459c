"""The phase tree as plain data. Pure."""
