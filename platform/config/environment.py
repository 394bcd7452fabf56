"""What the process is told from outside: environment variables, read once, each with its default."""

import os
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]


def text(name: str, default: str = "") -> str:
    """The variable as text, stripped."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """The variable as a yes or no: 1, true, yes, on."""
    value = text(name).lower()
    return value in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: int) -> int:
    """The variable as a whole number."""
    return int(text(name) or default)


def tile_source(url: str) -> str:
    """Where a map's tiles come from, as a content security policy names it; a placeholder in the host stands for any name.

    `https://{s}.tile.example.org/{z}/{x}/{y}.png` comes from `https://*.tile.example.org`; tiles of one's own from "".
    """
    parts = urlsplit(url)
    if not parts.netloc:
        return ""
    fixed = parts.netloc.rpartition("}")[2]
    host = f"*.{fixed.partition('.')[2]}" if "}" in parts.netloc else fixed
    return f"{parts.scheme}://{host}" if parts.scheme else host
