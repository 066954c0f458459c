"""What the further screens read beside the workspace's view. Blocking: call these functions in a thread."""
