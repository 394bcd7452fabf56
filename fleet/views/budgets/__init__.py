"""The pages of budgets: a bar for each cost centre, what stands behind it, and the forms that set them."""

from fleet.views.budgets import editing, pages

__all__ = ["editing", "pages"]
