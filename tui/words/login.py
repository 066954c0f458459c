"""How a person logs in to each runtime: what to type, in a terminal of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginHelp:
    """`command` is what to type; `notes` are other ways, one a line."""

    command: str = ""
    notes: tuple[str, ...] = ()


def _key(name: str, variable: str) -> str:
    return f'Or by a key: set {variable}, and name it in meta.toml:\n  [runtime.{name}]\n  env = ["{variable}"]'


_HELP = {
    "codex": LoginHelp("codex login", (_key("codex", "CODEX_API_KEY"),)),
    "claude": LoginHelp("claude auth login", (_key("claude", "ANTHROPIC_API_KEY"),)),
    "copilot": LoginHelp("copilot", ("Type /login in it, then leave it.", _key("copilot", "GH_TOKEN"))),
    "openai": LoginHelp(
        "",
        (
            "It needs no log-in, but a server. Set OPENAI_API_KEY; or for a server of your own, in meta.toml:\n"
            '  [runtime.openai]\n  base_url = "http://127.0.0.1:8080/v1"',
        ),
    ),
    "gemini": LoginHelp("gemini", ("Choose a way to log in when it starts.", _key("gemini", "GEMINI_API_KEY"))),
    "opencode": LoginHelp("opencode auth login", ("Name a model in meta.toml: without one it asks a hosted one.",)),
    "replay": LoginHelp("", ("It plays a recording and needs no account.",)),
    "handoff": LoginHelp("", ("It hands each brief to you, or to any tool: meta handoff list shows the open ones.",)),
    "acp": LoginHelp("", ('It starts the agent that meta.toml names:\n  [runtime.acp]\n  agent = "gemini"',)),
}


def login_help(name: str) -> LoginHelp:
    """What to do for this runtime; for an unknown one, what holds for most."""
    known = _HELP.get(name) or _HELP.get(name.removesuffix("_acp"))
    return known or LoginHelp("", (f"Start the agent of {name} once in a terminal and log in there as it says.",))
