"""The `acp` adapter: a client of the Agent Client Protocol, for any agent that speaks it.

`presets` says how agents are started, `events`, `errors` and `permission` turn what an agent says into events and
exit codes (pure, standard library only), `process` runs it, `conversation` talks with it. The library (`import acp`,
an extra) is imported by `process` and `conversation` alone, so that `detect` works without it.
"""
