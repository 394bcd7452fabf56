"""What more than one page or room reads of the repair desk."""

from repair.selectors.intake import ask_intake

__all__ = ["ask_intake"]
