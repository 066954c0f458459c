"""What a session is told: parts chosen by priority, within a token budget."""
