"""The workshop's own pages: its floor, and the editor of an estimate."""
