"""Keys of partner systems: an administrator makes them (shown once), sees what they are for, and ends them."""
