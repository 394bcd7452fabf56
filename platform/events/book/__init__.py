"""BOOK: the tenant's own copy of its log."""
