"""A clock that counts down, drawn in one piece: a list shows one in every row."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from ui import formats, tones
from ui.icons import draw_icon


def draw_clock(
    due_at: datetime,
    *,
    started_at: datetime | None,
    stopped_at: datetime | None,
    moment: datetime,
    label: object,
    is_paused: bool,
) -> SafeString:
    """The clock as it stands at `moment`; clock.js goes on from there, unless it has stopped or is paused."""
    language, zone = get_language() or "", timezone.get_current_timezone_name()
    late = moment > due_at
    said = _say(formats.round_duration(duration=due_at - moment), late, language)
    if stopped_at:
        return SafeString(
            f'<span class="ui-clock ui-tone-{"bad" if late else "good"}">'
            f"{draw_icon('clock-x' if late else 'check', 14)}{_name(label)}"
            f'<time datetime="{stopped_at.isoformat()}">{said if late else escape(gettext("in time"))}</time></span>'
        )
    if is_paused:
        return SafeString(
            f'<span class="ui-clock ui-tone-neutral" role="timer" aria-live="off">'
            f"{draw_icon('player-pause', 14)}{_name(label)}<time{_due(due_at, zone)}>{said}</time></span>"
        )
    return SafeString(
        f'<span class="ui-clock ui-tone-{_tone_of_clock(due_at, started_at, moment)}" role="timer" aria-live="off">'
        f'{_running(due_at, started_at, str(label), language, zone)} data-now="{moment.isoformat()}">{said}</time></span>'
    )


@lru_cache(maxsize=8192)
def _running(due_at: datetime, started_at: datetime | None, label: str, language: str, zone: str) -> str:
    """Of a running clock what stays the same until its end, with what clock.js goes on with; open for more attributes."""
    started = f' data-started="{started_at.isoformat()}"' if started_at else ""
    late, units = escape(gettext("{time} late")), escape(gettext("d|h|min|s"))
    return (
        f'{draw_icon("clock", 14)}{_name(label)}<time{_due(due_at, zone)} data-due="{due_at.isoformat()}"{started}'
        f' data-late="{late}" data-units="{units}"'
    )


@lru_cache(maxsize=4096)
def _say(left: timedelta, late: bool, language: str) -> str:
    """What is left, or how late it is, in the language that is active."""
    text = formats.format_duration(duration=left)
    return escape(gettext("%(text)s late") % {"text": text} if late else text)


def _name(label: object) -> str:
    """What runs."""
    return f'<span class="ui-clock-name">{escape(label)}</span>' if label else ""


def _due(due_at: datetime, _zone: str) -> str:
    """The end, for machines and as a tooltip in the zone that is active."""
    return f' datetime="{due_at.isoformat()}" title="{timezone.localtime(due_at):%Y-%m-%d %H:%M:%S}"'


def _tone_of_clock(due_at: datetime, started_at: datetime | None, moment: datetime) -> tones.Tone:
    """By the share of its time that is used up; without a beginning, or with one after its end, late or not."""
    whole = (due_at - started_at).total_seconds() if started_at else 0
    used = (moment - started_at).total_seconds() if started_at else 0
    return tones.tone_of_share(share=used / whole if whole > 0 else float(moment > due_at))
