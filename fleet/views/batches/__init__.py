"""Batches: the list, the upload, the page of one with its rows, files that go out, and what a person does there."""

from fleet.views.batches import changes, downloads, grid, lists, pages, rows, steps, uploads

__all__ = ["changes", "downloads", "grid", "lists", "pages", "rows", "steps", "uploads"]
