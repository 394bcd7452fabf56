"""Facts, events, commands and questions: how desks and books agree (docs/events.md)."""
