"""PDF pages: every glyph inside, text as text, the same bytes for the same data, and an error instead of a silent fault."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.pdf_text import pages_of, text_of
from ui.formats import format_fen_in_characters
from ui.pdf import PageError, render_pdf, render_pictures
from ui.pdf.engine import PAGES, font_file
from ui.pdf.glyphs import printable_text, signs_of
from ui.pdf.marks import qr_svg

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
URL = "https://acme.baylink.example/check/7X2K4M9PQR3TVW5Y8Z1B/"
HOSTILE = '#import "frame.typ": * \\ $x^2$ *no* _no_ <label> @ref `raw` #sys.inputs /* no */ ] } ) = head'


def statement(*texts: str, **changes: Any) -> dict[str, Any]:
    """The data of a settlement statement with these items."""
    heads = ("No.", 0, False), ("Item", 1, False), ("Quantity", 0, True), ("Unit price", 0, True), ("Paid by", 0, False)
    columns = [{"label": label, "width": width, "end": end} for label, width, end in (*heads, ("Amount", 0, True))]
    rows = [[str(number), [text, ""], "1", "¥1.00", "客户", "¥1.00"] for number, text in enumerate(texts, 1)]
    data = {
        "lang": "zh-hans", "title": "维修结算单", "subtitle": "", "number": "BL2611-000001-S1",
        "operator": {"name": "代修通（上海）汽车服务有限公司", "lines": ["上海"], "stamp": "代修通\n专用章", "logo": ""},
        "check": {"url": URL, "qr": qr_svg(URL), "text": "扫码核对", "hash": "SHA-256 00"},
        "facts": [{"label": "客户", "value": "安捷物流", "span": 2}, {"label": "车牌", "value": ""}],
        "lines": {"title": "项目", "columns": columns, "rows": [{"group": "工时", "sum": "¥1.00"}, *rows]},
        "sums": [{"label": "合计", "value": "¥1.00", "total": True}], "words": "人民币大写：壹元整",
        "after": {"title": "说明", "items": ["保修 100 天。"]},
        "signatures": [{"label": "承修方", "sealed": True, "name": "代修通", "date": "2026-11-23", "drawing": ""}],
    }  # fmt: skip
    return {**data, **changes}


def test_the_text_can_be_read_back_from_the_page() -> None:
    pdf = render_pdf(page="settlement", data=statement("更换前制动片 BMW 3"), at=AT)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>3<" in pdf and b"pdfaid:conformance>B<" in pdf
    (page,) = pages_of(pdf)
    for said in (
        "维修结算单",
        "代修通（上海）汽车服务有限公司",
        "更换前制动片BMW3",
        "合计",
        "¥1.00",
        "壹元整",
        URL,
        "BL2611-000001-S1",
        "1/1",
    ):
        assert said in page.replace("\n", "").replace(" ", ""), said


def test_hostile_text_is_printed_as_text() -> None:
    pdf = render_pdf(page="settlement", data=statement(HOSTILE), at=AT)
    assert HOSTILE.replace(" ", "") in text_of(pdf).replace(" ", "")


def test_a_sign_that_no_font_has_is_a_box_and_what_cannot_be_seen_is_left_out() -> None:
    font = font_file()
    assert printable_text("车😀 עב\x00\u202ex\r\ny", font) == "车□ □□  x\ny"
    assert {ord("车"), ord("□"), ord("A"), ord("¥"), ord("龘")} <= signs_of(font)
    text = text_of(render_pdf(page="settlement", data=statement("车😀 שלום"), at=AT))
    assert "车□" in text and "□□□□" in text


def test_a_thousand_signs_and_a_hundred_lines_break_into_pages_with_their_head() -> None:
    pages = pages_of(render_pdf(page="settlement", data=statement("维" * 1_000, *["项目"] * 100), at=AT))
    assert len(pages) > 3
    assert all(
        f"{number}/{len(pages)}" in page.replace(" ", "").replace("\n", "") for number, page in enumerate(pages, 1)
    )
    assert all("Unitprice" in page.replace(" ", "").replace("\n", "") for page in pages if "项目" in page)
    assert "".join(pages).count("维") >= 1_000
    assert "合计" in pages[-1] and "壹元整" in pages[-1]  # the sums stay together


def test_the_same_data_give_the_same_bytes() -> None:
    first = render_pdf(page="settlement", data=statement("一"), at=AT)
    assert render_pdf(page="settlement", data=statement("一"), at=AT) == first
    assert render_pdf(page="settlement", data=statement("二"), at=AT) != first


def test_a_fault_of_a_page_is_an_error() -> None:
    broken = statement("x")
    del broken["sums"]
    with pytest.raises(PageError, match="settlement"):
        render_pdf(page="settlement", data=broken, at=AT)
    with pytest.raises(PageError, match="nothing"):
        render_pdf(page="nothing", data=statement("x"), at=AT)


def test_what_the_engine_warns_of_is_an_error(tmp_path: Path) -> None:
    page = PAGES / "zz-test-warns.typ"
    page.write_text('#set text(font: "No Such Font")\nText')
    try:
        with pytest.raises(PageError, match="unknown font family"):
            render_pdf(page=page.stem, data={}, at=AT)
    finally:
        page.unlink()


def test_a_page_can_be_looked_at() -> None:
    (picture,) = render_pictures(page="settlement", data=statement("x"), ppi=40)
    assert picture.startswith(b"\x89PNG")


def test_a_code_is_a_square_of_modules() -> None:
    drawing = ElementTree.fromstring(qr_svg(URL))
    size = int(drawing.attrib["width"])
    assert drawing.attrib["viewBox"] == f"0 0 {size} {size}" and (size - 17) % 4 == 0
    assert drawing[0].attrib["d"].startswith("M0 0h1v1h-1z")  # the corner of the finder


@pytest.mark.parametrize(
    ("amount_fen", "said"),
    [
        (0, "零元整"), (1, "壹分"), (10, "壹角整"), (105, "壹元零伍分"), (100_500, "壹仟零伍元整"),
        (123_450, "壹仟贰佰叁拾肆元伍角整"), (1_000_001, "壹万元零壹分"), (10_050_007, "壹拾万零伍佰元零柒分"),
        (100_010_000, "壹佰万零壹佰元整"), (12_345_678_999, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元玖角玖分"),
        (10_001_000_000, "壹亿零壹万元整"),
    ],
)  # fmt: skip
def test_sums_in_characters(amount_fen: int, said: str) -> None:
    assert format_fen_in_characters(amount_fen=amount_fen) == said
