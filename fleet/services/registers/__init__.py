"""The tenant's registers are written here: one entry by a person, or many by a file."""
