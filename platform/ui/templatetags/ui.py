"""The components of the design system as template tags and filters."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django_tables2.paginators import LazyPaginator

from ui import formats, tones
from ui.clocks import draw_clock
from ui.icons import draw_icon

register = template.Library()


@register.simple_tag
def ui_icon(name: str, size: int = 18, label: str = "") -> SafeString:
    """A Tabler icon by name (`truck`, `filled/point`); decorative unless it has a `label`. Unknown names show a dot."""
    return draw_icon(f"{name}", size, f"{label}")


@register.filter
def initials(name: object) -> str:
    """One or two letters that stand for a person: `Li Wei` is `LW`, `王娟平` is `娟平`, `lin@acme.cn` is `LI`."""
    words = str(name).split("@")[0].split()
    if not words:
        return "?"
    if len(words) == 1:
        word = words[0]
        return word[-2:] if ord(word[0]) > 0x2E80 else word[:2].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.filter
def money(amount_fen: int | None, currency: str = "CNY") -> str:
    """Fen as `¥1,234.50`; nothing as a dash."""
    return "–" if amount_fen is None else formats.format_fen(amount_fen=amount_fen, currency=currency)


@register.filter
def file_size(size_bytes: int) -> str:
    """Bytes as `1.4 MB`."""
    return formats.format_size(size_bytes=size_bytes)


@register.filter
def tone(status: str) -> tones.Tone:
    """The tone of a state, for pages that colour something else than a badge."""
    return tones.tone_of_status(status=str(status))


@register.simple_tag
def status(key: str, label: object = "", tone: str = "", live: object = False) -> SafeString:
    """A state as a coloured badge. `label` is its translated name; `live` lets the dot breathe while work goes on."""
    return _draw_status(str(key), str(label or str(key).replace("_", " ")), tone, bool(live))


@lru_cache(maxsize=2048)
def _draw_status(key: str, label: str, tone: str, live: bool) -> SafeString:
    """A list shows the same few states over and over."""
    return format_html(
        '<span class="ui-status ui-tone-{}{}" data-status="{}">'
        '<span class="ui-dot" aria-hidden="true"></span>{}</span>',
        tone or tones.tone_of_status(status=key),
        " ui-live" if live else "",
        key,
        label,
    )


@register.simple_tag
def when(moment: datetime | None, style: str = "short") -> SafeString:
    """A `<time>` in the current zone: style `short`, `long`, `date` or `time`. The full time is its tooltip."""
    if moment is None:
        return mark_safe('<span class="text-secondary">–</span>')
    local = timezone.localtime(moment)
    return _draw_moment(
        moment, local.utcoffset(), style, get_language() or "", timezone.localtime().year, str(local.tzinfo)
    )


@lru_cache(maxsize=8192)
def _draw_moment(
    moment: datetime, _offset: timedelta | None, style: str, _language: str, _year: int, _zone: str
) -> SafeString:
    """The same windows stand in many rows, and in the same list a few seconds later."""
    return format_html(
        '<time class="ui-time" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}",
        formats.format_moment(moment=moment, style=style),
    )


@register.simple_tag
def countdown(
    due_at: datetime | None,
    started_at: datetime | None = None,
    stopped_at: datetime | None = None,
    now: datetime | None = None,
    label: object = "",
    paused_at: datetime | None = None,
) -> SafeString:
    """A clock that counts down to `due_at` in the browser, toned by the share of time used (50 %, 80 %, late).

    `now` is business time, which need not be the browser's; the page keeps the difference. A stopped clock says how
    it ended; a paused one stands still at what was left when the pause began.
    """
    if due_at is None:
        return mark_safe('<span class="text-secondary">–</span>')
    moment = stopped_at or paused_at or now or timezone.now()
    return draw_clock(
        due_at,
        started_at=started_at,
        stopped_at=stopped_at,
        moment=moment,
        label=label,
        is_paused=paused_at is not None,
    )


@register.inclusion_tag("ui/parts/stat.html")
def stat(
    label: object,
    value: object,
    hint: object = "",
    icon: str = "",
    tone: str = "neutral",
    url: str = "",
) -> dict[str, Any]:
    """A figure with its name: a dashboard's tile; with `url` it leads to what is behind the figure."""
    return {"label": label, "value": value, "hint": hint, "icon": icon, "tone": tone, "url": url}


@register.inclusion_tag("ui/parts/empty.html")
def empty(
    title: object,
    text: object = "",
    icon: str = "inbox",
    action_url: str = "",
    action_label: object = "",
) -> dict[str, Any]:
    """What stands where nothing is yet: why, what to do, and the button that does it."""
    return {"title": title, "text": text, "icon": icon, "action_url": action_url, "action_label": action_label}


@register.inclusion_tag("ui/parts/progress.html")
def progress(
    value: int,
    total: int,
    label: object = "",
    poll_url: str = "",
    done: bool = False,
    failed: bool = False,
    text: object = "",
    key: str = "progress",
    done_url: str = "",
) -> dict[str, Any]:
    """A progress bar. With `poll_url` it asks that address each second for itself anew, until `done` or `failed`.

    The polled view answers with this same tag (template `ui/progress.html`); `done_url` is where the page then goes.
    A `total` of 0 means that the length is not known yet.
    """
    percent = min(100, value * 100 // total) if total else 0
    return {
        "value": value,
        "total": total,
        "label": label,
        "percent": 100 if done else percent,
        "text": text,
        "key": key,
        "poll_url": "" if done or failed else poll_url,
        "done": done,
        "failed": failed,
        "done_url": done_url if done else "",
    }


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(items: Iterable[object], live: bool = False) -> dict[str, Any]:
    """What happened, in the order given: objects or dicts with `time, who, title, text, icon, tone` (ui.tones)."""
    return {"items": items, "live": live}


@register.simple_tag
def page_span(page: Any) -> str:
    """Which rows a page shows (`51–100`), and of how many if its paginator has counted them."""
    per_page = page.paginator.per_page
    first = (page.number - 1) * per_page + 1
    context = {"first": first, "last": first + len(page.object_list) - 1}
    if isinstance(page.paginator, LazyPaginator):
        return gettext("Rows %(first)d–%(last)d") % context
    return gettext("Rows %(first)d–%(last)d of %(count)d") % {**context, "count": page.paginator.count}


@register.inclusion_tag("ui/parts/filter_bar.html")
def filter_bar(filterset: Any, search: str = "q", target: str = "", reset: str = "?", also: str = "") -> dict[str, Any]:
    """The form of a django-filter FilterSet in one row; the field named `search` is the search box ("/" goes there).

    With `target` (a CSS selector) htmx swaps that part alone while the person types, and what `also` names (with commas).
    """
    form = filterset.form
    compact = {name for name, field in form.fields.items() if _name_empty_choice(field)}
    fields = [field for field in form if field.name != search and not field.is_hidden]
    used = [name for name in form.fields if name != search and form.data.get(form.add_prefix(name))]
    return {
        "form": form,
        "search_field": form[search] if search in form.fields else None,
        "fields": fields,
        "hidden": [field for field in form if field.is_hidden and field.value()],
        "used": len(used),
        "target": target,
        "reset": reset,
        "also": also,
        "compact": compact,
        "searched": bool(form.data.get(form.add_prefix(search))),
    }


@register.inclusion_tag("ui/parts/live.html")
def live(url: str, target: str, also: str = "", seen: str = "") -> dict[str, Any]:
    """Renews the part `target` (a CSS selector; this stands inside it) from `url` every few seconds, which answers 204 while
    nothing is new; `also` names further parts of the same page, with commas. `seen` is what the page shows, as the view
    calls it: it is sent along as the header X-Seen."""
    return {"url": url, "target": target, "also": also, "seen": seen}


@register.inclusion_tag("ui/parts/form.html")
def ui_form(form: Any) -> dict[str, Any]:
    """A form's fields with labels, help and errors beside them, a summary of errors above; no `<form>` element."""
    wrong = [field for field in form.visible_fields() if field.errors]
    return {"form": form, "wrong": wrong}


@register.inclusion_tag("ui/parts/page_header.html")
def page_header(title: object, subtitle: object = "", level: int = 2) -> dict[str, Any]:
    """A heading with a line under it, for parts of a page; the page's own heading is the shell's block."""
    return {"title": title, "subtitle": subtitle, "level": level}


@register.inclusion_tag("ui/parts/key_values.html")
def key_values(items: Iterable[tuple[object, object]] | Mapping[object, object], columns: int = 1) -> dict[str, Any]:
    """A list of names and values; values that are empty show a dash."""
    pairs = list(items.items()) if isinstance(items, Mapping) else list(items)
    return {"pairs": pairs, "columns": columns}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Iterable[object], label: object = "") -> dict[str, Any]:
    """Tabs that are links: items have `label, url, active`, and may have `count` and `icon`."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/parts/copyable.html")
def copyable(text: object, label: object = "") -> dict[str, Any]:
    """A number or key in monospace with a button that copies it."""
    return {"text": text, "label": label}


@register.inclusion_tag("ui/parts/file_drop.html")
def file_drop(
    name: str = "file",
    label: object = "",
    accept: str = "",
    hint: object = "",
    max_bytes: int = 0,
    errors: object = (),
    multiple: bool = False,
    required: bool = True,
) -> dict[str, Any]:
    """A field for files that takes drag and drop. In a `<form data-ui-upload>` it shows the upload's progress."""
    return {
        "name": name,
        "label": label,
        "accept": accept,
        "hint": hint,
        "max_bytes": max_bytes,
        "errors": errors or (),
        "multiple": multiple,
        "required": required,
        "key": f"ui-file-{name}",
    }


@register.inclusion_tag("ui/parts/chart.html")
def chart(
    option: Mapping[str, Any],
    title: object,
    table: Mapping[str, Any] | None = None,
    height: str = "md",
) -> dict[str, Any]:
    """An ECharts chart; `table` = `{"head": […], "rows": [[…]]}` is for screen readers and pages without scripts."""
    return {"option": option, "title": title, "table": table, "height": height, "key": _fresh_id()}


@register.simple_tag
def map_attributes() -> SafeString:
    """What a script needs to draw a map: Leaflet's files, the tiles of the settings, and the words of its buttons."""
    return format_html_join(
        " ",
        'data-{}="{}"',
        (
            ("script", static("vendor/leaflet/leaflet.js")),
            ("style", static("vendor/leaflet/leaflet.css")),
            ("tiles", settings.MAP_TILES_URL),
            ("attribution", settings.MAP_TILES_ATTRIBUTION),
            ("zoom-in", gettext("Zoom in")),
            ("zoom-out", gettext("Zoom out")),
        ),
    )


@register.inclusion_tag("ui/parts/map.html")
def ui_map(points: Iterable[Mapping[str, Any]], title: object, height: str = "md") -> dict[str, Any]:
    """A map of points `{lat, lng, label, tone, url, kind}` (WGS-84), on the tiles of the settings or a graticule."""
    return {
        "points": list(points),
        "title": title,
        "height": height,
        "key": _fresh_id(),
    }


@register.inclusion_tag("ui/parts/signature.html")
def signature(name: str = "signature", label: object = "", required: bool = True) -> dict[str, Any]:
    """A field to sign in; the form gets the drawing as an SVG data address under `name`."""
    return {"name": name, "label": label, "required": required, "key": f"ui-sign-{name}"}


@register.inclusion_tag("ui/parts/dialog_link.html")
def dialog_link(
    url: str,
    label: object,
    icon: str = "",
    kind: str = "modal",
    style: str = "",
    size: str = "",
) -> dict[str, Any]:
    """A button that opens `url` in a dialog (`modal`) or at the side (`drawer`); a plain link without scripts."""
    return {"url": url, "label": label, "icon": icon, "kind": kind, "style": style, "size": size}


@register.simple_block_tag
def card(content: str, title: object = "", subtitle: object = "", flush: bool = False, tone: str = "") -> str:
    """`{% card title=… %}…{% endcard %}`: a framed part of a page; `flush` lets tables and lists reach its edges."""
    context = {"body": content, "title": title, "subtitle": subtitle, "flush": flush, "tone": tone}
    return render_to_string("ui/parts/card.html", context)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: object = "") -> str:
    """`{% alert tone="warn" %}…{% endalert %}`: something the person must know before going on."""
    return render_to_string("ui/parts/alert.html", {"body": content, "tone": tone, "title": title})


def _name_empty_choice(field: Any) -> bool:
    """Let a list's empty choice say the field's name, which then needs no label above it; whether there is one."""
    choices = list(getattr(field.widget, "choices", ()))
    if not choices or choices[0][0] not in ("", None):
        return False
    field.widget.choices = [("", field.label or choices[0][1]), *choices[1:]]
    return True


def _fresh_id() -> str:
    """An id for a pair of elements; several of one kind may stand on a page."""
    return f"ui-{uuid.uuid4().hex[:8]}"
