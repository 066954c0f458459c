"""What belongs to the person at the screen and not to the app being built."""
