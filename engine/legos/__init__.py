"""LEGOs: the plan, where each one's files lie, scaffold, views and landing."""
