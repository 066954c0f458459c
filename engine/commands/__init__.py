"""The commands of `meta`, by what they are for: building, looking, deciding, tools."""
