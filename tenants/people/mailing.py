"""How the sign-in room's mails leave. The room that keeps and sends mail lies above, and says here how it is done."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail that is ready to go, in one language; `key` makes it once however often it is asked for ("" for no key)."""

    to: str
    subject: str
    text: str
    html: str = ""
    language: str = ""
    key: str = ""
    holds_secret: bool = False  # a link that opens something: its text is forgotten once it is sent


Post = Callable[[Letter], object]
_post: list[Post] = []


def post_with(post: Post) -> None:
    """Say how letters are posted; called once, when the mail room starts."""
    _post[:] = [post]


def post_letter(letter: Letter) -> None:
    """Hand a letter over. Raises RuntimeError when there is no mail room in this installation."""
    if not _post:
        raise RuntimeError("No mail room: the app `messages` is not installed.")
    _post[0](letter)
