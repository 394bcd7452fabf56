"""Fields of the book's forms."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fleet.intake.values import Defect, parse_fen
from ui.formats import format_plain_fen

MOST_YUAN: Final = 10_000_000_000


class YuanField(forms.CharField):
    """An amount typed in yuan, as an order file's is read; its value is in fen, None for a blank."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(required=required, max_length=24, empty_value="", **kwargs)

    def clean(self, value: Any) -> Any:
        """Raise ValidationError for what is no amount."""
        text = super().clean(value)
        parsed = parse_fen(text, most_yuan=MOST_YUAN) if text else None
        if isinstance(parsed, Defect):
            raise ValidationError(_("Write yuan with at most two decimals, such as 1500 or 1500.50."))
        return parsed

    def prepare_value(self, value: Any) -> Any:
        """Fen as they are typed; what was typed stays."""
        return format_plain_fen(amount_fen=value) if isinstance(value, int) else value
