"""The screen in a browser: one process of the screen for each page that is open, behind one address."""
