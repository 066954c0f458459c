"""The runner: carries out what the planner finds due, concurrently, and reads again."""
