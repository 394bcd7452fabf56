"""The pages of agreements, at the console."""
