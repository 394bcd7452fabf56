"""A clock that counts down, drawn in one piece: a list shows one in every row."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

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
    late = moment > due_at
    text = formats.format_duration(duration=due_at - moment)
    said = gettext("%(text)s late") % {"text": text} if late else text
    name = f'<span class="ui-clock-name">{escape(label)}</span>' if label else ""
    if stopped_at:
        return SafeString(
            f'<span class="ui-clock ui-tone-{"bad" if late else "good"}">'
            f"{draw_icon('clock-x' if late else 'check', 14)}{name}"
            f'<time datetime="{stopped_at.isoformat()}">{escape(said if late else gettext("in time"))}</time></span>'
        )
    tone = "neutral" if is_paused else _tone_of_clock(due_at, started_at, moment)
    return SafeString(
        f'<span class="ui-clock ui-tone-{tone}" role="timer" aria-live="off">'
        f"{draw_icon('player-pause' if is_paused else 'clock', 14)}{name}"
        f'<time datetime="{due_at.isoformat()}" title="{timezone.localtime(due_at):%Y-%m-%d %H:%M:%S}"'
        f"{'' if is_paused else _clock_data(due_at, started_at, moment)}>{escape(said)}</time></span>"
    )


def _tone_of_clock(due_at: datetime, started_at: datetime | None, moment: datetime) -> tones.Tone:
    """By the share of its time that is used up; without a beginning, or with one after its end, late or not."""
    whole = (due_at - started_at).total_seconds() if started_at else 0
    used = (moment - started_at).total_seconds() if started_at else 0
    return tones.tone_of_share(share=used / whole if whole > 0 else float(moment > due_at))


def _clock_data(due_at: datetime, started_at: datetime | None, moment: datetime) -> str:
    """What clock.js goes on with."""
    started = f' data-started="{started_at.isoformat()}"' if started_at else ""
    late, units = escape(gettext("{time} late")), escape(gettext("d|h|min|s"))
    return f' data-due="{due_at.isoformat()}" data-now="{moment.isoformat()}"{started} data-late="{late}" data-units="{units}"'
