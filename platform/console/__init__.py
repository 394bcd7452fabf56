"""The operator's pages that span several desks."""
