"""The text of a PDF of ours, read back from its bytes: what a reader's program finds when it copies or searches."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
WORD = re.compile(rb"<<|>>|<[0-9A-Fa-f]*>|[^\s()\[\]<>/]+|/\w+|.", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """Each page's text, its pieces in the order in which they are drawn, a line each."""
    objects = {int(match[1]): match[2] for match in OBJECT.finditer(pdf)}
    found = []
    for number in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids\[(.*?)\]", pdf)[1]):  # type: ignore[index]
        page = objects[int(number)]
        fonts = fonts_of(objects[int(re.search(rb"/Resources (\d+) 0 R", page)[1])], objects)  # type: ignore[index]
        content = stream_of(objects[int(re.search(rb"/Contents (\d+) 0 R", page)[1])])  # type: ignore[index]
        found.append("\n".join(shown_in(content, fonts)))
    return found


def text_of(pdf: bytes) -> str:
    """All of it, without the breaks between pieces: kerning and lines cut words."""
    return "".join(pages_of(pdf)).replace("\n", "")


def stream_of(body: bytes) -> bytes:
    """An object's stream, unpacked."""
    return zlib.decompress(body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0])


def fonts_of(resources: bytes, objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """The fonts by name: glyph → what it says, by the font's own ToUnicode."""
    names = re.search(rb"/Font<<(.*?)>>", resources)
    found = {}
    for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", names[1] if names else b""):
        table = stream_of(objects[int(re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])[1])])  # type: ignore[index]
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table.split(b"endcodespacerange")[1])
        found[name] = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
    return found


def shown_in(content: bytes, fonts: dict[bytes, dict[int, str]]) -> list[str]:
    """What each operator shows."""
    said: list[str] = []
    strings: list[bytes] = []
    font, before, place = b"", b"", 0
    while match := WORD.match(content, place):
        word, place = match[0], match.end()
        if word == b"BT":
            strings = []
        elif word == b"(":
            text, place = read_string(content, place)
            strings.append(unescape(text))
        elif word.startswith(b"<") and word.endswith(b">"):
            strings.append(bytes.fromhex(word[1:-1].decode()))
        elif word.startswith(b"/f"):
            before = word[1:]
        elif word == b"Tf":
            font = before
        elif word in {b"Tj", b"TJ"}:
            glyphs = b"".join(strings)
            codes = [int.from_bytes(glyphs[at : at + 2]) for at in range(0, len(glyphs), 2)]
            said.append("".join(fonts[font].get(code, "?") for code in codes))
            strings = []
    return said


def read_string(content: bytes, place: int) -> tuple[bytes, int]:
    """A literal string up to its closing parenthesis, and where it ends; balanced ones inside need no backslash."""
    start, depth = place, 1
    while depth:
        letter = content[place : place + 1]
        depth += {b"(": 1, b")": -1}.get(letter, 0)
        place += 2 if letter == b"\\" else 1
    return content[start : place - 1], place


def unescape(text: bytes) -> bytes:
    """A literal string's bytes."""
    return ESCAPE.sub(lambda m: bytes([int(m[1], 8)]) if m[1].isdigit() else PLAIN.get(m[1], m[1]), text)
