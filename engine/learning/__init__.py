"""What runs teach: evidence of a run, the cards and patterns proposed from it, and how they fare over many runs."""
