"""Text that a person types, and what keeps it until it is where it belongs."""
