"""How the frozen content of a document is put on a page, in one language: the data of the templates in `ui/pdf/pages`."""

from repair.documents.pages.making import page_of

__all__ = ["page_of"]
