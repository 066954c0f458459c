"""What is known: facts as models, typed events, the journal and the atomic store."""
