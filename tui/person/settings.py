"""What a person likes: theme, attention, keys, and what an engine started from the screen is told. `tui.toml`.

Read before the first paint, so nothing heavy is imported here. A mistake in the file is named and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

import platformdirs

from tui.person.attention import Way

Editor = Literal["yours", "built in"]
Diffs = Literal["unified", "side by side"]
APPLICATION = "meta-orchestrator"
FILE = "tui.toml"
MOST_JOBS = 64


class Settings(NamedTuple):
    """Everything that can be set; what is not set has its default."""

    theme: str = "meta-dark"
    attention: Way = "bell"
    editor: Editor | Literal[""] = ""
    """Without it yours, where VISUAL or EDITOR names one."""
    diffs: Diffs = "unified"
    keymap: str = ""
    """A TOML file: id of a binding → keys. A relative path counts from the folder of `tui.toml`."""
    jobs: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None

    def engine_arguments(self) -> list[str]:
        """What an engine started from the screen is told."""
        told = {"--jobs": self.jobs, "--max-tokens": self.max_tokens, "--max-cost": self.max_cost}
        return [
            text
            for option, value in told.items()
            if value is not None
            for text in (option, f"{value:g}" if isinstance(value, float) else str(value))
        ]


class Read(NamedTuple):
    """The settings of a file, the keymap it names, and every mistake, a line each."""

    settings: Settings = Settings()
    keys: Mapping[str, str] = MappingProxyType({})
    problems: tuple[str, ...] = ()


PLACES: dict[str, tuple[str, ...]] = {
    "theme": ("theme",),
    "attention": ("attention",),
    "editor": ("editor",),
    "diffs": ("diffs",),
    "keymap": ("keymap",),
    "jobs": ("run", "jobs"),
    "max_tokens": ("run", "max_tokens"),
    "max_cost": ("run", "max_cost"),
}
"""Where each setting stands in the file."""


def settings_file() -> Path:
    """The file of this user."""
    return Path(platformdirs.user_config_path(APPLICATION)) / FILE


def check(name: str, value: Any) -> str:
    """What is wrong with a value; "" when it is right."""
    return _CHECKS[name](value)


def with_setting(settings: Settings, name: str, value: Any) -> Settings:
    """The settings with one of them changed to a right value."""
    changed: dict[str, Any] = {name: float(value) if name == "max_cost" and value is not None else value}
    return settings._replace(**changed)


def _one_of(*words: str) -> Callable[[Any], str]:
    return lambda value: "" if value in words else f"one of {', '.join(words)} is expected"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "a text in quotes is expected"


def _whole(most: int | None = None) -> Callable[[Any], str]:
    bounds = f"from 1 to {most}" if most else "above 0"

    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 1 and (most is None or value <= most)
        return "" if good else f"a whole number {bounds} is expected"

    return check


def _money(value: Any) -> str:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    return "" if good else "a number above 0 is expected"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "theme": _text,
    "attention": _one_of(*get_args(Way)),
    "editor": _one_of(*get_args(Editor)),
    "diffs": _one_of(*get_args(Diffs)),
    "keymap": _text,
    "jobs": _whole(MOST_JOBS),
    "max_tokens": _whole(),
    "max_cost": _money,
}


def load(path: Path | None = None) -> Read:
    """Reads the file; one that is not there says nothing. Never raises for what stands in it."""
    file = path or settings_file()
    data, problem = _read_toml(file)
    if problem:
        return Read(problems=(problem,))
    settings, problems = Settings(), []
    flat = _flat(data)
    for name, place in PLACES.items():
        if place in flat:
            wrong = check(name, value := flat.pop(place))
            if wrong:
                problems.append(f"{file}: {'.'.join(place)}: {wrong}; it is left as it was")
            else:
                settings = with_setting(settings, name, value)
    problems += [f"{file}: unknown key `{'.'.join(place)}`{_near(place)}" for place in flat]
    keys, more = load_keymap(file.parent / Path(settings.keymap).expanduser()) if settings.keymap else ({}, [])
    return Read(settings, keys, (*problems, *more))


def load_keymap(path: Path) -> tuple[dict[str, str], list[str]]:
    """Id of a binding → keys, and what is wrong with the file."""
    data, problem = _read_toml(path, must_be_there=True)
    if problem:
        return {}, [problem]
    keys, problems = {}, []
    for place, value in _flat(data).items():
        if isinstance(value, str) and value.strip():
            keys[".".join(place)] = ",".join(key.strip() for key in value.split(","))
        else:
            problems.append(f'{path}: {".".join(place)}: keys are expected, such as "ctrl+r" or "j,down"')
    return keys, problems


def save(name: str, value: str | int | float | None, path: Path | None = None) -> None:
    """Writes one setting, atomically; the rest of the file stays. Raises CannotChange or OSError."""
    from engine.state.atomic import write_atomic
    from tui.person.toml_edit import CannotChange, with_value

    file = path or settings_file()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError as error:
        raise CannotChange(f"{file}: this is not UTF-8 text. Save it as UTF-8 first.") from error
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(file, with_value(text, PLACES[name], value, str(file)).encode())


def _read_toml(path: Path, must_be_there: bool = False) -> tuple[dict[str, Any], str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}, f"{path}: there is no such file" if must_be_there else ""
    except (OSError, UnicodeDecodeError) as error:
        return {}, f"{path}: it cannot be read: {error}"
    import tomllib

    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as error:
        return {}, f"{path}: this is not TOML: {error}"


def _flat(data: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for key, value in data.items():
        found |= _flat(value, (*above, key)) if isinstance(value, dict) else {(*above, key): value}
    return found


def _near(place: tuple[str, ...]) -> str:
    import difflib

    known = [".".join(one) for one in PLACES.values()]
    near = difflib.get_close_matches(".".join(place), known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(known)}"


assert set(Settings._fields) == set(PLACES) == set(_CHECKS)
