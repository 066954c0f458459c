"""Text as lines of cells: made harmless, wrapped, coloured, laid beside each other."""
