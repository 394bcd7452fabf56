"""The four kinds of url in the tenant map; a view that says nothing is of the first, and walled."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Wall(StrEnum):
    """Where a view of the tenant map may work."""

    BOOK = "book"  # members only; runs inside the tenant
    ACCOUNT = "account"  # members only; core rows of this tenant
    TOKEN = "token"  # noqa: S105  # a signed capability names tenant, object, scope and expiry
    OPEN = "open"  # no tenant data


def account_view(view: View) -> View:
    """Mark a view that works on core rows of the host's tenant."""
    view.wall = Wall.ACCOUNT  # type: ignore[attr-defined]
    return view


def token_view(view: View) -> View:
    """Mark a view that a signed capability opens."""
    view.wall = Wall.TOKEN  # type: ignore[attr-defined]
    return view


def open_view(view: View) -> View:
    """Mark a view that shows no tenant's data."""
    view.wall = Wall.OPEN  # type: ignore[attr-defined]
    return view


def wall_of(view: Callable[..., Any]) -> Wall:
    """The kind of `view`; BOOK unless it is marked."""
    found = getattr(view, "wall", None) or getattr(getattr(view, "view_class", None), "wall", None)
    found = found or getattr(getattr(view, "cls", None), "wall", None)
    return Wall(found) if found else Wall.BOOK
