"""The orchestration document: `.meta/AGENTS.md` as typed objects, and its compiler, `meta lint`."""
