"""Batches: a file or a list of order lines comes in, is checked, submitted, and becomes orders."""
