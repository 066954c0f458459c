"""A workspace over its life: made, proven, versioned."""
