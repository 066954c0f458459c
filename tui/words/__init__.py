"""What the screens say: from data to words and lines of words. Pure: no widget, no file, no clock."""
