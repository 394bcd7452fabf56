"""The pages of the repair desk, at the console."""
