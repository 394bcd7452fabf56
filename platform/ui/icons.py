"""Tabler's icons as SVG."""

from functools import lru_cache

import tablericons
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=1024)
def draw_icon(name: str, size: int, label: str = "") -> SafeString:
    """Icons are drawn from a zip by an XML parser: once a kind is enough, a table shows hundreds."""
    attributes = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    attributes |= {"stroke_width": "1.75", "focusable": "false"}
    try:
        svg = tablericons._render_icon(name if "/" in name else f"outline/{name}", size, **attributes)
    except tablericons.IconDoesNotExist:
        svg = tablericons._render_icon("outline/point", size, **attributes)
    return mark_safe(svg)  # noqa: S308 (serialised by ElementTree, which escapes)
