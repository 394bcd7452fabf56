"""Chinese for every English text: merges the parts into one catalogue, and says which texts have no Chinese yet.

Each room keeps `locale/zh_Hans/LC_MESSAGES/parts/ROOM.po` (for scripts `ROOM.js.po`). Neither needs gettext's programs.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from devtools.paths import CHINESE, ROOT, complain

METADATA = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}
OUTSIDE = {".venv", ".git", ".data", "node_modules", "tests", "devtools", "docs", "vendor", "migrations"}
# The functions of django.utils.translation: where in their arguments the context, the text and the plural stand.
SIGNATURES: dict[str, tuple[int | None, int]] = {
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<!\w)(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL)
# What Django says itself and has no good Chinese for.
OTHERS_SAY = frozenset({"This password is too short. It must contain at least %d character."})
NAMED = re.compile(r"%\((\w+)\)")


class TranslationError(Exception):
    """Parts that contradict each other."""


@dataclass(frozen=True)
class Use:
    """A text where the code uses it; `text` is None where it cannot be read from the source."""

    place: str
    context: str | None
    text: str | None


def merge_parts(*, domain: str) -> tuple[polib.POFile, list[str]]:
    """Return all parts of `django` or `djangojs` as one catalogue, and the entries that contradict another part."""
    merged, origin, conflicts = polib.POFile(), {}, []
    merged.metadata = METADATA
    known: dict[tuple[str | None, str], polib.POEntry] = {}
    for part in sorted((CHINESE / "parts").glob("*.po")):
        if part.name.endswith(".js.po") != (domain == "djangojs"):
            continue
        for entry in polib.pofile(str(part)):
            if entry.obsolete or entry.fuzzy:
                continue
            key = (entry.msgctxt, entry.msgid)
            if key not in known:
                known[key], origin[key] = entry, part.name
                merged.append(entry)
            elif (entry.msgstr, entry.msgstr_plural) != (known[key].msgstr, known[key].msgstr_plural):
                conflicts.append(f"{part.name} and {origin[key]} translate {entry.msgid!r} differently")
    return merged, conflicts


def compile_catalogues() -> None:
    """Write the catalogues that Django reads, where a part is newer; raise TranslationError on a contradiction."""
    sources = [Path(__file__), CHINESE / "parts", *(CHINESE / "parts").glob("*.po")]
    newest = max((source.stat().st_mtime_ns for source in sources if source.exists()), default=0)
    for domain in ("django", "djangojs"):
        target = CHINESE / f"{domain}.mo"
        if target.exists() and target.stat().st_mtime_ns > newest:
            continue
        merged, conflicts = merge_parts(domain=domain)
        if conflicts:
            raise TranslationError("\n".join(conflicts))
        if len(merged):
            merged.save_as_mofile(str(target))
        else:
            target.unlink(missing_ok=True)


def project_files(*, suffixes: tuple[str, ...], folder: str = "") -> Iterator[Path]:
    """Yield the project's own files with one of these suffixes, inside a folder of that name if one is given."""
    for path in sorted(ROOT.rglob("*")):
        parts = set(path.relative_to(ROOT).parts)
        if path.suffix in suffixes and not OUTSIDE & parts and (not folder or folder in parts) and path.is_file():
            yield path


def python_uses(path: Path) -> Iterator[Use]:
    """Yield the texts that a module hands to gettext under whatever name it imported it."""
    tree = ast.parse(path.read_text(), filename=str(path))
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in SIGNATURES
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("translation", "trans"):
            function = node.func.attr
        else:
            function = names.get(node.func.id, "") if isinstance(node.func, ast.Name) else ""
        if function not in SIGNATURES:
            continue
        at_context, at_text = SIGNATURES[function]
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        text = node.args[at_text] if len(node.args) > at_text else None
        if isinstance(text, ast.JoinedStr | ast.BinOp):
            yield Use(place=place, context=None, text=None)
        elif isinstance(text, ast.Constant) and isinstance(text.value, str):
            context = None if at_context is None else str(ast.literal_eval(node.args[at_context]))
            yield Use(place=place, context=context, text=text.value)


def call_uses(*, place: str, source: str) -> Iterator[Use]:
    """Yield the texts of calls that a regular expression finds (scripts, and templates after templatize)."""
    for match in CALL.finditer(source):
        values = [str(ast.literal_eval(literal)) for literal in re.findall(LITERAL, match[2], re.DOTALL)]
        if "pgettext" in match[1]:
            yield Use(place=place, context=values[0], text=values[1] if len(values) > 1 else None)
        else:
            yield Use(place=place, context=None, text=values[0])


def template_uses(path: Path) -> Iterator[Use]:
    """Yield the texts of a template's translate tags and `_()` constants."""
    from django.utils.translation.template import templatize

    # The message of a block tag follows its own rules; Django's function knows them.
    yield from call_uses(place=str(path.relative_to(ROOT)), source=templatize(path.read_text()))


def missing_translations() -> list[str]:
    """Return a line for each text without Chinese, each that cannot be read or is said no more, and other placeholders."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    merged, problems = merge_parts(domain="django")
    scripts, more = merge_parts(domain="djangojs")
    problems += more
    pages = project_files(suffixes=(".html", ".txt"), folder="templates")
    uses = [use for path in project_files(suffixes=(".py",)) for use in python_uses(path)]
    uses += [use for path in pages for use in template_uses(path)]
    script_uses = [
        use
        for path in project_files(suffixes=(".js",), folder="static")
        for use in call_uses(place=str(path.relative_to(ROOT)), source=path.read_text())
    ]
    problems += compare(uses, merged) + compare(script_uses, scripts)
    problems += find_unused(uses, merged) + find_unused(script_uses, scripts)
    return problems + wrong_placeholders(merged) + wrong_placeholders(scripts)


def compare(uses: list[Use], catalogue: polib.POFile) -> list[str]:
    """Return a line for each used text that the catalogue does not translate."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.translated()}
    problems = []
    for use in uses:
        if use.text is None:
            problems.append(f"{use.place}: the text is put together before gettext sees it")
        elif use.text and (use.context, use.text) not in known:
            problems.append(f"{use.place}: no Chinese for {use.text!r}")
    return list(dict.fromkeys(problems))


def find_unused(uses: list[Use], catalogue: polib.POFile) -> list[str]:
    """Return a line for each translation of a text that nothing says any more."""
    said = {(use.context, use.text) for use in uses}
    said |= {(None, text) for text in OTHERS_SAY}
    return [f"nothing says {e.msgid!r}" for e in catalogue if (e.msgctxt, e.msgid) not in said]


def wrong_placeholders(catalogue: polib.POFile) -> list[str]:
    """Return a line for each translation that names a placeholder its English does not have, or leaves one out."""
    return [
        f"{entry.msgid!r}: the placeholders of the Chinese differ"
        for entry in catalogue
        for chinese in [entry.msgstr, *entry.msgstr_plural.values()]
        if chinese and set(NAMED.findall(chinese)) != set(NAMED.findall(entry.msgid + entry.msgid_plural))
    ]


def main() -> int:
    """Compile; with `--check` say what is missing."""
    if "--check" in sys.argv[1:]:
        problems = missing_translations()
        for problem in problems:
            complain(problem)
        return 1 if problems else 0
    try:
        compile_catalogues()
    except TranslationError as error:
        complain(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
