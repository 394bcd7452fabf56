"""What a service may answer instead of doing it, for whoever asked."""


class Refused(Exception):
    """The base: nothing was changed; `code` is stable, `message` is for people, in the reader's language."""

    code: str = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
