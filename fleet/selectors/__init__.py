"""Reads of the book that more than one page needs."""
