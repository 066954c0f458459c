"""The toolchain document as typed objects: where things are, which commands check them, what agents are told.

Everything that is particular to a language is in that document and in the templates it names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.document.model import Step
from engine.errors import MetaError
from engine.legos.model import Plan
from engine.legos.role_names import CONTRACT, SHARED_FILES, SOURCE

IN_ADOPTED = " in adopted code"
"""How the guide is called that adds to another one where code was there before the plan."""


class ToolchainError(MetaError):
    """The toolchain document, or a use of it, is wrong."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `argv` may hold `{python}`, `{report}`, `{app}`, `{lego}`, and `{paths}` as a word of its own.

    `lego_paths` and `app_paths` are what it looks at; None means that it does not exist for a LEGO (for the app).
    `app_argv` is its line for the app where that is another one.
    """

    name: str
    argv: tuple[str, ...]
    lego_paths: tuple[str, ...] | None
    app_paths: tuple[str, ...] | None
    app_argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that the scaffold writes. `template` is a path inside the `toolchains` folder."""

    path: str
    template: str


@dataclass(frozen=True, slots=True)
class Packages:
    """What the app needs from elsewhere: `argv` makes the folder `makes` out of the files `made_from`, with network."""

    made_from: tuple[str, ...]
    argv: tuple[str, ...]
    makes: str


@dataclass(frozen=True, slots=True)
class Survey:
    """How code that is there already is read: `argv` starts `script`, a path inside the `toolchains` folder.

    `baseline` is the command that runs the tests such code brings along; "" if there is none. `left_out` are shared
    files that do not suit such code.
    """

    script: str
    argv: tuple[str, ...]
    baseline: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A toolchain document. Paths hold `{app}` and `{lego}`, and end with "/" when they are folders."""

    path: Path
    roles: Mapping[str, tuple[str, ...]]
    shared: tuple[SharedFile, ...]
    commands: Mapping[str, Command]
    environment: Mapping[str, str]
    """Variable → value. Those that hold `{real}`, `{fake}` or `{empty}` are set only when one of the three is named."""
    exit_codes: Mapping[int, str]
    """Exit code → "passed" or "failed". Any other code proves nothing."""
    guides: Mapping[str, str]
    """"designer" → the text under "For a designer", and so on, with `{app}` and `{lego}` still in it."""
    guide_of: Mapping[str, str]
    """Role → the guide for whoever writes it."""
    template_folders: tuple[Path, ...]
    based_on: tuple[str, ...] = ()
    """The kinds of app that this one is based on, the nearest first."""
    programs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Program that the commands start → the words that ask it for its version."""
    packages: Packages | None = None
    survey: Survey | None = None
    shared_in_adopted: tuple[SharedFile, ...] = ()
    """What the scaffold writes beside `shared` where code was there before the plan."""
    environment_in_adopted: Mapping[str, str] = field(default_factory=dict)
    """Variable → value in place of `environment` there; "" for one that is not set then."""

    @property
    def name(self) -> str:
        """What `meta new --toolchain` calls it."""
        return self.path.stem

    def command(self, name: str) -> Command:
        """The command of that name. Raises ToolchainError."""
        if name not in self.commands:
            raise ToolchainError(f"{self.path}: there is no command {name!r}, only {', '.join(self.commands)}")
        return self.commands[name]

    def role(self, name: str, plan: Plan | None = None) -> tuple[str, ...]:
        """The path patterns of a role, also by its plural ("contracts"), in an app of that plan.

        Raises ToolchainError.
        """
        known = self._known(name)
        more = self.shared_in_adopted if known == SHARED_FILES and plan and plan.files_of else ()
        return (*self.roles[known], *(file.path for file in more))

    def located(self, pattern: str, plan: Plan, lego: str | None) -> list[str]:
        """The paths that a pattern of this document means for a LEGO, or (None) for the app."""
        return self.own_files(pattern, plan, lego) or [fill(pattern, plan.app, lego)]

    def own_files(self, pattern: str, plan: Plan, lego: str | None) -> list[str]:
        """What the plan says that a LEGO has in place of a role's pattern; [] where it says nothing.

        Where the app's code lies elsewhere than usual, so does what belongs beside it.
        """
        if not plan.files_of:
            return []
        files = plan.files_of.get(lego, {})
        for role, patterns in self.roles.items():
            if pattern in patterns and role in files:
                return files[role]
        usual, own = self._usual_home(plan.app), self.home(plan)
        path = fill(pattern, plan.app, lego)
        return [own + path.removeprefix(usual)] if own != usual and path.startswith(usual) and "{" not in path else []

    def home(self, plan: Plan) -> str:
        """The folder of the app's code: as this document has it, or where the contracts of adopted code are."""
        usual = self._usual_home(plan.app)
        for lego, files in plan.files_of.items():
            for pattern, path in zip(self.roles.get(CONTRACT, ()), files.get(CONTRACT, ()), strict=False):
                inside = fill(pattern, plan.app, lego).removeprefix(usual)
                if path.endswith(inside):
                    return path.removesuffix(inside)
        return usual

    def _usual_home(self, app: str) -> str:
        return fill(self.role(SOURCE)[0].partition("{lego}")[0], app, None)

    def shared_by(self, plan: Plan) -> tuple[SharedFile, ...]:
        """The files that the scaffold writes for that plan."""
        return (*self.shared, *(self.shared_in_adopted if plan.files_of else ()))

    def told(self, step: Step, plan: Plan | None = None) -> str:
        """What a session of that step is told: the guides of the roles it writes, once each, as they stand."""
        roles = [self._known(reference.role) for reference in step.outputs if reference.role]
        names = list(dict.fromkeys(self.guide_of[role] for role in roles if role in self.guide_of))
        if plan and plan.files_of:
            names += [name + IN_ADOPTED for name in names if name + IN_ADOPTED in self.guides]
        return "\n".join(self.guides[name] for name in names)

    def _known(self, role: str) -> str:
        for name in (role, role.removesuffix("s")):
            if name in self.roles:
                return name
        raise ToolchainError(f"{self.path}: there is no role {role!r}, only {', '.join(self.roles)}")

    def selected(self, command: str | Command, plan: Plan, lego: str | None) -> list[str]:
        """The paths that a command looks at, for a LEGO or (None) for the app. Raises ToolchainError."""
        found = self.command(command) if isinstance(command, str) else command
        patterns = found.lego_paths if lego else found.app_paths
        if patterns is None:
            whom = "a LEGO" if lego else "the app"
            raise ToolchainError(f"{self.path}: the command {found.name!r} does not exist for {whom}")
        if lego:
            return list(dict.fromkeys(path for pattern in patterns for path in self.located(pattern, plan, lego)))
        whole = [path for one in patterns if "{lego}" not in one for path in self.located(one, plan, None)]
        each = [one for one in patterns if "{lego}" in one]
        own = [path for one in each for name in plan.active for path in self.own_files(one, plan, name)]
        return list(dict.fromkeys([*whole, *(path for path in own if not path.startswith(_folders(whole)))]))

    def render(
        self,
        command: str | Command,
        *,
        plan: Plan,
        lego: str | None,
        real: Collection[str] = (),
        fake: Collection[str] = (),
        empty: Collection[str] = (),
        interpreter: str,
        report: str,
    ) -> tuple[list[str], dict[str, str]]:
        """The command line, and the variables to add to the environment.

        `real`, `fake`, `empty` name LEGOs; with none of them named, every LEGO is real. Raises ToolchainError.
        """
        found = self.command(command) if isinstance(command, str) else command
        selected = self.selected(found, plan, lego)
        argv: list[str] = []
        for word in found.argv if lego or not found.app_argv else found.app_argv:
            if word == "{paths}":
                argv += selected
            else:
                argv.append(fill(word, plan.app, lego).replace("{python}", interpreter).replace("{report}", report))
        return argv, self._variables(plan, {"{real}": real, "{fake}": fake, "{empty}": empty})

    def _variables(self, plan: Plan, named: Mapping[str, Collection[str]]) -> dict[str, str]:
        chosen = any(named.values())
        variables = {}
        adopted = self.environment_in_adopted if plan.files_of else {}
        for variable, value in {**self.environment, **adopted}.items():
            if not value:
                continue
            if value not in named:
                variables[variable] = value
            elif chosen:
                variables[variable] = ",".join(name for name in plan.names if name in named[value])
        return variables


def _folders(paths: Collection[str]) -> tuple[str, ...]:
    return tuple(path for path in paths if path.endswith("/"))


def fill(pattern: str, app: str, lego: str | None) -> str:
    """The pattern with `{app}` and, if there is a LEGO, `{lego}` replaced."""
    text = pattern.replace("{app}", app)
    return text.replace("{lego}", lego) if lego else text
