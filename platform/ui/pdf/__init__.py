"""PDF pages: data in, an archival PDF out; what is printed and in which words is its caller's business (docs/documents.md)."""

from ui.pdf.engine import PageError, render_pdf, render_pictures

__all__ = ["PageError", "render_pdf", "render_pictures"]
