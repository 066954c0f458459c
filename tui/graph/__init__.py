"""Where the boxes of a dependency graph stand, and where its spans of time. Pure."""
