"""What the tags print."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from ui import formats, tones
from ui.templatetags import ui as tags

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def render(source: str, **context: Any) -> str:
    """A template with the house's tags loaded, as one line."""
    return " ".join(Template("{% load ui %}" + source).render(Context(context)).split())


@pytest.mark.parametrize(
    ("amount_fen", "shown"),
    [(0, "0.00"), (1, "0.01"), (123450, "1234.50"), (-5, "-0.05"), (2**53 * 100 + 1, "9007199254740992.01")],
)
def test_a_plain_amount_is_exact(amount_fen: int, shown: str) -> None:
    assert formats.format_plain_fen(amount_fen=amount_fen) == shown
    assert formats.decimal_of_fen(amount_fen=amount_fen) * 100 == amount_fen


@pytest.mark.parametrize(
    ("amount_fen", "shown"),
    [(0, "¥0.00"), (1, "¥0.01"), (123450, "¥1,234.50"), (-5000, "−¥50.00"), (1_234_567_890, "¥12,345,678.90")],
)
def test_money_is_exact_to_the_fen(amount_fen: int, shown: str) -> None:
    assert formats.format_fen(amount_fen=amount_fen) == shown
    assert tags.money(amount_fen) == shown


def test_no_amount_is_a_dash() -> None:
    assert tags.money(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(8, "8 s"), (540, "9 min"), (7_500, "2 h 05 min"), (-7_500, "2 h 05 min"), (180_000, "2 d 2 h")],
)
def test_durations_show_their_two_largest_units(seconds: int, shown: str) -> None:
    assert formats.format_duration(duration=timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("size", "shown"), [(1, "1 byte"), (999, "999 bytes"), (92_037, "92 kB"), (50_000_000, "50.0 MB")]
)
def test_file_sizes(size: int, shown: str) -> None:
    assert tags.file_size(size) == shown


@pytest.mark.parametrize(("name", "letters"), [("Li Wei", "LW"), ("王娟平", "娟平"), ("lin@acme.cn", "LI"), ("", "?")])
def test_initials(name: str, letters: str) -> None:
    assert tags.initials(name) == letters


def test_each_state_has_one_tone() -> None:
    states = [state for group in tones._STATUSES.values() for state in group]
    assert len(states) == len(set(states))
    assert set(tones._STATUSES) == set(tones.TONES)


@pytest.mark.parametrize(("share", "tone"), [(0.0, "good"), (0.5, "soon"), (0.8, "warn"), (1.0, "bad"), (3.0, "bad")])
def test_a_clock_changes_its_tone_at_half_at_four_fifths_and_when_late(share: float, tone: str) -> None:
    assert tones.tone_of_share(share=share) == tone


def test_a_status_is_escaped_and_toned() -> None:
    html = render("{% status key label %}", key="awaiting_approval", label="<b>wait</b>")
    assert "ui-tone-wait" in html
    assert "&lt;b&gt;wait&lt;/b&gt;" in html


def test_an_unknown_icon_is_a_dot_and_a_label_makes_it_an_image() -> None:
    assert tags.ui_icon("no-such-icon") == tags.ui_icon("point")
    assert 'role="img"' in tags.ui_icon("truck", 18, "Truck")
    assert 'aria-label="&lt;x&gt;' in tags.ui_icon("truck", 18, '<x>"')


def test_times_are_shown_in_the_current_zone() -> None:
    with timezone.override("Asia/Shanghai"):
        html = tags.when(NOW, style="time")
        assert ">09:00<" in html
        assert 'datetime="2026-11-23T01:00:00+00:00"' in html
    with timezone.override("Asia/Shanghai"), translation.override("zh-hans"):
        assert "2020年11月23日 09:00" in tags.when(NOW.replace(year=2020))


@pytest.mark.parametrize(
    ("left", "stopped", "tone", "text"),
    [
        (timedelta(minutes=90), None, "good", "1 h 30 min"),
        (timedelta(minutes=42), None, "soon", "42 min"),
        (timedelta(minutes=9), None, "warn", "9 min"),
        (timedelta(minutes=-25), None, "bad", "25 min late"),
        (timedelta(minutes=9), NOW, "good", "in time"),
        (timedelta(minutes=-9), NOW, "bad", "9 min late"),
    ],
)
def test_a_clock_says_what_is_left_or_how_it_ended(
    left: timedelta, stopped: datetime | None, tone: str, text: str
) -> None:
    started = NOW - timedelta(minutes=60)
    html = render(
        "{% countdown due started_at=started stopped_at=stopped now=now %}",
        due=NOW + left,
        started=started,
        stopped=stopped,
        now=NOW,
    )
    assert f"ui-tone-{tone}" in html
    assert f">{text}</time>" in html
    assert ("data-due" in html) is (stopped is None)


def test_a_paused_clock_stands_still() -> None:
    clock = {"due": NOW + timedelta(hours=1), "begun": NOW, "paused": NOW + timedelta(minutes=20)}
    html = render("{% countdown due started_at=begun now=now paused_at=paused %}", now=NOW + timedelta(days=2), **clock)
    assert "40 min" in html and "data-due" not in html
    assert "ui-tone-neutral" in html


def test_progress_polls_until_it_is_done() -> None:
    running = render("{% progress 3 10 label='Rows' poll_url='/p/' done_url='/next/' %}")
    assert 'hx-get="/p/"' in running and 'hx-trigger="every 1s"' in running and 'value="30"' in running
    assert "data-ui-go" not in running
    done = render("{% progress 10 10 label='Rows' poll_url='/p/' done=True done_url='/next/' %}")
    assert "hx-get" not in done and 'data-ui-go="/next/"' in done and 'role="status"' in done
    failed = render("{% progress 3 10 label='Rows' poll_url='/p/' failed=True %}")
    assert "hx-get" not in failed and "ui-tone-bad" in failed
    unknown = render("{% progress 0 0 label='Rows' poll_url='/p/' %}")
    assert "value=" not in unknown


def test_a_timeline_escapes_what_people_wrote() -> None:
    html = render("{% timeline items %}", items=[{"time": NOW, "who": "<i>", "title": "<script>", "text": "&"}])
    assert "<script>" not in html and "&lt;script&gt;" in html and "&lt;i&gt;" in html and "&amp;" in html


def test_names_and_values_show_a_dash_for_nothing_but_zero_as_zero() -> None:
    html = render("{% key_values items %}", items=[("PO", ""), ("Count", 0), ("None", None)])
    assert html.count("<dd>–</dd>") == 2
    assert "<dd>0</dd>" in html


def test_a_chart_carries_its_option_as_data_and_a_table() -> None:
    html = render(
        "{% chart option 'Title' table=table %}",
        option={"series": [{"name": "</script>"}]},
        table={"head": ["Day"], "rows": [["<b>"]]},
    )
    assert 'type="application/json"' in html
    assert "</script>&" not in html and "\\u003C/script\\u003E" in html
    assert "&lt;b&gt;" in html


def test_a_map_lists_its_points_for_those_who_cannot_see_it() -> None:
    html = render(
        "{% ui_map points 'Sites' %}", points=[{"lat": 31.0, "lng": 121.0, "label": "松江", "url": "/sites/1"}]
    )
    assert '<a href="/sites/1">松江</a>' in html


def test_a_card_keeps_its_content_and_its_title_is_escaped() -> None:
    html = render("{% card title=title %}<em>{{ title }}</em>{% endcard %}", title="<x>")
    assert "<em>&lt;x&gt;</em>" in html and '<h2 class="card-title">&lt;x&gt;</h2>' in html


def test_a_file_field_names_its_limits_and_errors() -> None:
    html = render("{% file_drop name='upload' max_bytes=50000000 errors=errors accept='.csv' %}", errors=["Not a CSV."])
    assert (
        'data-max-bytes="50000000"' in html and "50.0 MB" in html and "Not a CSV." in html and 'accept=".csv"' in html
    )
