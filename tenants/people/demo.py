"""A demo installation offers its sign-ins on the sign-in page; every other installation never asks here."""

from collections.abc import Callable

PASSWORD = "baylink-demo-2026"  # noqa: S105  # a demo's people hold nothing; settings.DEMO alone shows it
SignIn = tuple[str, str, str]  # e-mail, role, host
_lists: list[Callable[[], list[SignIn]]] = []


def offer_sign_ins(function: Callable[[], list[SignIn]]) -> None:
    """Say what the sign-in page offers; called once, when the demo's app starts."""
    _lists[:] = [function]


def list_sign_ins() -> list[SignIn]:
    """What the demo offers, or nothing."""
    return _lists[0]() if _lists else []
