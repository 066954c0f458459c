"""What the app is for one person: theme, keys, and how they are called. It follows `tui.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.app import App
from textual.binding import Binding
from textual.events import AppFocus, Key

from engine.errors import MetaError
from tui.keys import key_name
from tui.launch import Launch
from tui.person.attention import Attendant
from tui.person.settings import Read, save, with_setting
from tui.person.themes import DARK, LIGHT, own_variables

if TYPE_CHECKING:
    from tui.looks import SettingsChanged
    from tui.read_model import WorkspaceView
    from tui.supervisor import Supervisor


@runtime_checkable
class Edits(Protocol):
    """A screen on which a file is edited."""

    def is_unsaved(self) -> bool:
        """Whether something would be lost."""

    def action_back(self) -> None:
        """Leaves the screen, and asks first."""


class PersonalApp(App[Launch | None]):
    """An app whose settings hold at once. `begin_with` comes before anything is shown."""

    SUSPENDED_SCREEN_CLASS = "-below"
    view: WorkspaceView | None = None
    supervisor: Supervisor | None = None
    preferences: Read = Read()
    attendant: Attendant

    def begin_with(self, preferences: Read, theme: str | None) -> None:
        """Takes over the settings; `theme`, if any, in place of theirs."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.attendant = Attendant(preferences.settings.attention, self._to_terminal, os.environ)
        self._start_dark()
        if theme is not None:
            preferences = preferences._replace(settings=with_setting(preferences.settings, "theme", theme))
        self.apply_settings(preferences)

    def _start_dark(self) -> None:
        """Ours in place of Textual's dark theme before a style is read: changing themes would read them all again."""
        self.set_reactive(App.theme, DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, which follow from the theme."""
        return own_variables(self.current_theme)

    @property
    def keymap(self) -> Mapping[str, str]:
        """The keys that the person gave to actions, by id."""
        return self.preferences.keys

    def apply_settings(self, read: Read) -> None:
        """Makes them hold. A theme that is not there, and keys that mean nothing, change nothing."""
        self.preferences = read
        self.attendant.way = read.settings.attention
        if read.settings.theme in self.available_themes and read.settings.theme != self.theme:
            self.theme = read.settings.theme
        self.set_keymap(dict(read.keys))
        if self.supervisor is not None:
            self.supervisor.preferred = read.settings.engine_arguments()

    @property
    def side_by_side(self) -> bool:
        """Whether diffs show what was beside what is, where there is room."""
        return self.preferences.settings.diffs == "side by side"

    def get_key_display(self, binding: Binding) -> str:
        """As keys are written everywhere."""
        return binding.key_display or key_name(binding.key)

    def prefer(self, name: str, value: str) -> None:
        """A setting holds at once and is written; where it cannot be, it holds for this session, and that is said."""
        settings = with_setting(self.preferences.settings, name, value)
        self.apply_settings(self.preferences._replace(settings=settings))

        def write() -> None:
            try:
                save(name, value)
            except (MetaError, OSError) as error:
                say = partial(self.notify, title="This session only", severity="warning", markup=False)
                self.call_from_thread(say, f"It could not be written: {error}")

        self.run_worker(write, thread=True, group="preferences", name="writing tui.toml")

    def on_settings_changed(self, message: SettingsChanged) -> None:
        """The person changed something."""
        if message.read != self.preferences:
            self.apply_settings(message.read)

    def tell_mistakes(self) -> None:
        """Says once what is wrong with the settings."""
        from tui.keys import unknown_ids

        theme = self.preferences.settings.theme
        mistakes = [*self.preferences.problems, *(unknown_ids(self.keymap) if self.keymap else ())]
        if theme not in self.available_themes:
            mistakes.append(f"there is no theme `{theme}`")
        for text in mistakes:
            self.notify(text, title="Settings", severity="warning", markup=False, timeout=15)

    def asks_about_unsaved(self) -> bool:
        """Whether something is edited and saved nowhere: then the person is asked about it."""
        unsaved = next((one for one in self.screen_stack if isinstance(one, Edits) and one.is_unsaved()), None)
        if unsaved is not None and unsaved is self.screen:  # else a question about it is open
            unsaved.action_back()
        return unsaved is not None

    def _to_terminal(self, text: str) -> None:
        """Sends a sequence to the terminal itself, if there is one."""
        if self._driver is not None and not self._driver.is_headless and not self._driver.is_web:
            self._driver.write(text)

    def on_key(self, event: Key) -> None:
        """Words typed faster than a line to type in opens are words in it, and no keys of what had the focus before."""
        line = self.focused
        if line is not None and line.check_consume_key(event.key, event.character):
            event.prevent_default()
            line.post_message(Key(event.key, event.character))

    def on_app_focus(self, event: AppFocus) -> None:
        """The app is in front again: what waits is seen."""
        if self.view is not None:
            self.attendant.look(self.view, True)
