"""A demo installation offers its sign-ins on the sign-in page; every other installation never asks here."""

from collections.abc import Callable, Sequence

SignIn = tuple[str, str, str]  # e-mail, what it is, where it works
_offers: list[tuple[Callable[[], Sequence[SignIn]], str]] = []


def offer_sign_ins(function: Callable[[], Sequence[SignIn]], *, password: str) -> None:
    """Say what the sign-in page offers, and the password of them all."""
    _offers[:] = [(function, password)]


def list_sign_ins() -> Sequence[SignIn]:
    """What the demo offers, or nothing."""
    return _offers[0][0]() if _offers else []


def tell_password() -> str:
    """The password of all the demo's people, or ""."""
    return _offers[0][1] if _offers else ""
