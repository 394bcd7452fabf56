"""Batches: the list, the upload, the page of one with its rows, files that go out, and what a person does there."""

from fleet.views.batches import downloads, grid, lists, pages, rows, steps, uploads

__all__ = ["downloads", "grid", "lists", "pages", "rows", "steps", "uploads"]
