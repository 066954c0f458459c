"""Agent sessions: their folder, the host that outlives the engine, adoption, cancelling, tapes."""
