"""BOOK: what the API keeps of a tenant's requests."""
