"""Drawings that pages carry: a QR code, and a photo, as SVG; the engine takes them as text."""

import base64

import qrcode


def qr_svg(text: str) -> str:
    """A QR code (error correction M) without a quiet zone: the page leaves room around it."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}">'
        f'<path d="{path}"/></svg>'
    )


def photo_svg(content: bytes, *, width: int, height: int) -> str:
    """A JPEG of ours in an SVG; its bytes go into the PDF as they are."""
    said = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{said}"/></svg>'
    )
