"""Word wrapping by terminal cells, for text that is drawn line by line."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def wrap_cells(text: str, width: int) -> list[str]:
    """The lines of `text` (one paragraph), each at most `width` cells wide. Breaks words that are wider."""
    width = max(1, width)
    if surely_fits(text, width) or _cells(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in _words(text, width):
        if not line:
            line = word
        elif _cells(line) + 1 + _cells(word) <= width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = word
    return [*lines, line]


UNKNOWN = 1000
"""How wide it will be, before it is laid out."""


def hang(text: str, indent: int, across: int) -> str:
    """`text` (one paragraph) as it follows a label of `indent` cells in a row `across` wide: wrapped under itself."""
    return f"\n{' ' * indent}".join(wrap_cells(text, across - indent))


def _words(text: str, width: int) -> list[str]:
    """The words of `text`; its indentation stays with the first one."""
    stripped = text.lstrip(" ")
    indent = " " * min(len(text) - len(stripped), width // 2)
    words = stripped.split(" ")
    words[0] = indent + words[0]
    return [part for word in words for part in (chop_cells(word, width) if _cells(word) > width else [word])]


def fit(text: str, width: int) -> str:
    """`text` cut to `width` cells, with an ellipsis where something was cut."""
    if _cells(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    return chop_cells(text, width - 1)[0] + "…"


def surely_fits(text: str, width: int) -> bool:
    """Whether `text` fits, told without looking at each character: none has more cells than bytes in UTF-8."""
    return len(text) <= width and (text.isascii() or len(text.encode("utf-8", "surrogatepass")) <= width)


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
