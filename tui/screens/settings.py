"""Settings: changed here, they hold at once and are written at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.content import Content

from tui.keys import named_bindings
from tui.lines.item import Item
from tui.lines.sanitize import one_line
from tui.looks import SettingsChanged
from tui.person import settings
from tui.person.settings import Read, check, with_setting
from tui.screens.browse import COMMON, BrowseScreen
from tui.words.settings import CHOICES, WORDS, setting_content, shown_value, theme_values

if TYPE_CHECKING:
    from tui.app import MetaApp

_NUMBERS = {"jobs": int, "max_tokens": int, "max_cost": float}


class SettingsScreen(BrowseScreen[Read]):
    """`enter` changes a setting, left and right go through its values."""

    BINDING_GROUP_TITLE = "Settings"
    LOADING = "Reading tui.toml …"
    SEARCH_HINT = "a setting"
    BINDINGS = [
        Binding("enter", "choose", "Change", tooltip="Choose or type another value", id="settings.choose"),
        Binding(
            "left,h",
            "turn(-1)",
            "Value before",
            show=False,
            tooltip="The value before, of those to choose from",
            id="settings.turn_before",
        ),
        Binding(
            "right,l",
            "turn(1)",
            "Next value",
            key_display="← →",
            tooltip="The next value, of those to choose from",
            id="settings.turn_next",
        ),
        Binding(
            "backspace,delete",
            "unset",
            "Default",
            key_display="⌫",
            tooltip="Back to what holds without a setting",
            id="settings.unset",
        ),
        Binding("e", "edit", "Edit file", tooltip="Open tui.toml in your editor", id="settings.edit"),
        *COMMON,
    ]
    app: MetaApp
    written = ""

    def load(self) -> Read:
        """What tui.toml says."""
        return settings.load()

    def title_text(self) -> Content:
        """Where they are kept."""
        title = Content.assemble(("Settings", "bold"), (f"   {settings.settings_file()}", "$text-muted"))
        return title + Content.styled(f"   ✓ {self.written}" if self.written else "", "$text-success")

    def items(self, data: Read) -> Sequence[Item]:
        """Each setting with its value."""
        items: list[Item] = []
        group = ""
        for name, words in WORDS.items():
            if words.group != group:
                group = words.group
                items.append(Item(f"#{group}", Content.styled(f" {group}", "bold $text-primary"), heading=True))
            value = shown_value(name, data.settings)
            is_set = getattr(data.settings, name) not in (None, "")
            left = Content.assemble(
                f"  {words.title:<22}", (one_line(value), "bold $text-primary" if is_set else "$text-muted")
            )
            items.append(Item(name, left, words=f"{words.title} {words.does} {value}"))
        return items

    def empty(self, data: Read) -> Content:
        """There is always something to set."""
        return Content("")

    def describe(self, data: Read, key: str) -> Content:
        """What the setting does."""
        return setting_content(key, data, named_bindings())

    def draw_trouble(self) -> None:
        """Also names every mistake of the file."""
        own = self.problem
        self.problem = "\n".join(filter(None, [own, *(self.data.problems if self.data else ())]))
        super().draw_trouble()
        self.problem = own

    def choose(self, key: str) -> None:
        """Opens what fits the setting: its values, or a line to type into."""
        if self.data is None:
            return
        values = self._values(key)
        if values:
            from tui.screens.choose import Choose

            now = str(getattr(self.data.settings, key))
            screen = Choose(WORDS[key].title, values, now, lambda value: self._apply(key, value))
            self.app.push_screen(screen, lambda value: self._chosen(key, now, value))
            return
        from tui.screens.ask_text import AskPath

        value = getattr(self.data.settings, key)
        dialog = AskPath(
            WORDS[key].title,
            WORDS[key].does,
            "" if value is None else f"{value:g}" if isinstance(value, float) else str(value),
        )
        self.app.push_screen(dialog, lambda text: self._typed(key, text))

    def _values(self, key: str) -> list[tuple[str, str]]:
        if key == "theme":
            return theme_values(self.app.available_themes)
        return list(CHOICES.get(key, {}).items())

    def _apply(self, key: str, value: Any) -> None:
        """Makes it hold, without writing it."""
        if self.data is not None and getattr(self.data.settings, key) != value:
            self.data = Read(with_setting(self.data.settings, key, value), self.data.keys, self.data.problems)
            self.draw()

    def _chosen(self, key: str, before: str, value: str | None) -> None:
        self._apply(key, value or before)
        if value and value != before:
            self._write(key, value)

    def _typed(self, key: str, text: str | None) -> None:
        if text is None:
            return
        try:
            value = _NUMBERS[key](text.replace("_", "").replace(",", "").lstrip("$")) if key in _NUMBERS else text
        except ValueError:
            self.notify(f"{text!r} is no number.", title="Nothing was changed", severity="warning", markup=False)
            return
        if wrong := check(key, value):
            self.notify(f"{text}: {wrong}.", title="Nothing was changed", severity="warning", markup=False)
        else:
            self._write(key, value)

    def action_turn(self, by: int) -> None:
        """The next value, at once."""
        key = self.list.selected
        values = [value for value, _ in self._values(key)]
        if self.data is None or not values:
            return
        now = str(getattr(self.data.settings, key))
        place = (values.index(now) + by) % len(values) if now in values else 0
        self._apply(key, values[place])
        self._write(key, values[place])

    def action_unset(self) -> None:
        """Takes a setting out of the file."""
        if self.list.selected:
            self._write(self.list.selected, None)

    def _write(self, key: str, value: str | int | float | None) -> None:
        def write() -> None:
            settings.save(key, value)
            self.app.call_from_thread(self._saved)

        self.run_worker(write, thread=True, group="write", name="writing tui.toml", exit_on_error=False)

    def _saved(self) -> None:
        self.written = "saved"
        self.reload()

    def draw(self) -> None:
        """What was read holds."""
        super().draw()
        if self.data is not None:
            self.post_message(SettingsChanged(self.data))

    def action_edit(self) -> None:
        """Opens the file; what is in it afterwards holds."""
        from tui.editing.edit import edit_file

        file = settings.settings_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        edit_file(self.app, file, self._edited)

    def _edited(self, changed: bool) -> None:
        if changed:
            self.reload()
