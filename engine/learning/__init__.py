"""What runs teach: evidence of a run, the cards proposed from it, and how cards fare over many runs."""
