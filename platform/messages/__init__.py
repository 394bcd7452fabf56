"""Mail and notices to people, read from the log after commit."""
