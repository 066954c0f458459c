"""The screen: reads the workspace's files and writes decisions. It never runs the engine."""
