"""The engine: a page template, data as JSON, PDF/A-3b with every glyph inside. It holds the GIL: call it in a worker."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from ui.pdf.glyphs import printable

PAGES: Final = Path(__file__).parent / "pages"
STANDARD: Final = "a-3b"
_turn = Lock()  # a compiler keeps its inputs from one call to the next


class PageError(RuntimeError):
    """The page cannot be set as it is: a fault of the template, a missing font, a glyph that no font has."""


def font_file() -> Path:
    """The one font family there is: Noto Sans CJK, all weights in one file. Raises PageError."""
    spec = find_spec("manimgx_fonts_cjk")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    files = sorted(folder.glob("*.ttc")) if folder is not None else []
    if not files:
        raise PageError("The fonts are not installed (manimgx-fonts-cjk).")
    return files[0]


@lru_cache(maxsize=1)
def compiler() -> typst.Compiler:
    """One a process: reading the font takes longer than setting a page."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_file().parent)])
    return typst.Compiler(root=str(PAGES), font_paths=fonts, ignore_system_fonts=True)


def render_pdf(*, page: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of `pages/<page>.typ` with `data`; the same data and `at` give the same bytes. Raises PageError.

    Text in `data` is printed as text, whatever it says; a sign that the font has not is printed as an empty box.
    """
    made = set_page(page, data, format="pdf", pdf_standards=[STANDARD], timestamp=int(at.timestamp()))
    assert isinstance(made, bytes)
    return made


def render_pictures(*, page: str, data: Mapping[str, Any], ppi: float = 110) -> list[bytes]:
    """The same pages as PNG pictures, to look at. Raises PageError."""
    made = set_page(page, data, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def set_page(page: str, data: Mapping[str, Any], **how: Any) -> bytes | list[bytes]:
    """Compile; what the engine only warns of is an error here."""
    said = json.dumps(printable(data, font_file()), ensure_ascii=False)
    with _turn:
        try:
            made, warnings = compiler().compile_with_warnings(
                input=str(PAGES / f"{page}.typ"), sys_inputs={"data": said}, **how
            )
        except RuntimeError as error:  # TypstError is one
            raise PageError(f"{page}: {error}") from error
    if warnings:
        raise PageError(f"{page}: {'; '.join(warning.message for warning in warnings)}")
    assert made is not None
    return made
