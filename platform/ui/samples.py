"""What the catalogue shows: invented rows, times and figures, large enough to try layouts with."""

from datetime import datetime, timedelta
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui.tables import ClockColumn, DenseTable, KeyColumn, MoneyColumn, StatusColumn, TimeColumn

_VEHICLES = (
    ("沪NQ4U36", "福田 奥铃", "更换刹车油", "in_repair"),
    ("沪B3DP35", "上汽大众 途安L", "刹车片磨损报警，制动距离变长", "awaiting_approval"),
    ("沪N7JGW0", "江淮 骏铃V6", "违章处理代办1条", "assigned"),
    ("沪LRRDM5", "福田 奥铃", "外地违章处理代办2条", "delivered"),
    ("沪J3Q943", "一汽丰田 卡罗拉", "代购原厂前大灯总成并安装", "waiting_parts"),
    ("沪CF86304", "特斯拉 Model 3", "轮胎换位及四轮定位", "new"),
    ("沪MUHX86", "福田 奥铃", "侧面碰撞，左前门变形", "rejected"),
    ("沪KJ8HT7", "上汽通用别克 GL8", "变速箱2挡换3挡顿挫", "rework"),
    ("沪CT2FJ4", "一汽丰田 卡罗拉", "轮胎换位及四轮定位", "closed"),
)

SERVICES = (
    ("maintenance", gettext_lazy("Maintenance")),
    ("repair", gettext_lazy("Repair")),
    ("claim", gettext_lazy("Claim")),
    ("inspection", gettext_lazy("Inspection")),
)

STATUS_LABELS = {
    "new": gettext_lazy("New"),
    "assigned": gettext_lazy("Assigned"),
    "in_repair": gettext_lazy("In repair"),
    "awaiting_approval": gettext_lazy("Awaiting approval"),
    "delivered": gettext_lazy("Delivered"),
    "waiting_parts": gettext_lazy("Waiting for parts"),
    "rejected": gettext_lazy("Rejected"),
    "rework": gettext_lazy("Rework"),
    "closed": gettext_lazy("Closed"),
}


class SampleTable(DenseTable):
    """A list of orders as the portal would show it."""

    number = KeyColumn(verbose_name=gettext_lazy("Service number"))
    plate = tables.Column(verbose_name=gettext_lazy("Vehicle"))
    need = tables.Column(
        verbose_name=gettext_lazy("What is to be done"), attrs={"td": {"class": "ui-wrap-cell"}}, orderable=False
    )
    status = StatusColumn(verbose_name=gettext_lazy("Status"), labels=STATUS_LABELS)
    due_at = ClockColumn(verbose_name=gettext_lazy("Clock"))
    window_at = TimeColumn(verbose_name=gettext_lazy("Pick-up"))
    amount = MoneyColumn(verbose_name=gettext_lazy("Approved"))

    class Meta(DenseTable.Meta):
        empty_text = gettext_lazy("No orders yet")

    def row_url(self, record: dict[str, Any]) -> str:
        return f"#{record['number']}"


class SampleFilter(django_filters.FilterSet):
    """A filter that filters nothing: the catalogue's rows are a list."""

    q = django_filters.CharFilter(label=gettext_lazy("Search orders"), method="keep_all")
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), choices=list(STATUS_LABELS.items()), method="keep_all"
    )
    service = django_filters.ChoiceFilter(label=gettext_lazy("Service"), choices=SERVICES, method="keep_all")

    def keep_all(self, queryset: Any, name: str, value: str) -> Any:
        """The queryset as it is."""
        return queryset


class SampleForm(forms.Form):
    """One field of each kind."""

    plate = forms.CharField(
        label=gettext_lazy("Plate"), max_length=8, help_text=gettext_lazy("Without a dot, as on the vehicle licence.")
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"), choices=SERVICES)
    phone = forms.RegexField(label=gettext_lazy("Phone"), regex=r"^1\d{10}$")
    window = forms.DateTimeField(
        label=gettext_lazy("Pick-up from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    wishes = forms.CharField(label=gettext_lazy("Wishes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    courtesy = forms.BooleanField(label=gettext_lazy("A courtesy car is needed"), required=False)


def sample_rows(*, now: datetime, count: int = 9) -> list[dict[str, Any]]:
    """`count` orders with clocks in every state."""
    rows = []
    for index in range(count):
        plate, model, need, status = _VEHICLES[index % len(_VEHICLES)]
        left = timedelta(minutes=(170, 42, 9, -25, 1900, 3, 25, 60, 90)[index % 9])
        rows.append(
            {
                "number": f"BL261123-{index + 101:04d}",
                "plate": f"{plate} · {model}",
                "need": need,
                "status": status,
                "due_at": now + left,
                "started_at": now - timedelta(minutes=60),
                "window_at": now + timedelta(hours=index * 5),
                "amount": 38_000 + index * 121_050,
                "stopped_at": now if status in ("delivered", "closed") else None,
            }
        )
    return rows


def sample_timeline(*, now: datetime) -> list[dict[str, Any]]:
    """An order's way so far, newest first."""
    return [
        {
            "time": now - timedelta(minutes=4),
            "who": "浦东金桥维修中心",
            "title": _("Extra fault found"),
            "icon": "alert-triangle",
            "text": _("Front left brake hose is cracked. ¥ 260.00, waits for your consent."),
            "tone": "warn",
        },
        {
            "time": now - timedelta(hours=2),
            "who": "李建国",
            "title": _("Estimate approved"),
            "icon": "check",
            "tone": "good",
            "text": _("4 of 5 lines, ¥ 1,280.00. The wiper blades were declined."),
        },
        {
            "time": now - timedelta(hours=5),
            "who": "王娟平",
            "title": _("Vehicle taken over"),
            "icon": "signature",
            "tone": "active",
            "text": _("12 photos, 48,210 km, two keys, both signed."),
        },
        {
            "time": now - timedelta(hours=7),
            "who": _("Dispatch"),
            "title": _("Agent named"),
            "icon": "user-check",
            "tone": "info",
            "text": _("14 minutes away; nearest of six who may drive this class."),
        },
        {
            "time": now - timedelta(hours=7, minutes=4),
            "who": "Acme Logistics",
            "title": _("Order received"),
            "icon": "inbox",
        },
    ]


def sample_chart() -> tuple[dict[str, Any], dict[str, Any]]:
    """An ECharts option with bars in tones, and the same figures as a table."""
    days = ["11-17", "11-18", "11-19", "11-20", "11-21", "11-22", "11-23"]
    done, late = [118, 132, 127, 149, 155, 92, 61], [4, 6, 3, 9, 5, 2, 1]
    option = {
        "xAxis": {"type": "category", "data": days},
        "yAxis": {"type": "value"},
        "series": [
            {"type": "bar", "name": _("In time"), "data": done, "stack": "all", "barMaxWidth": 26},
            {"type": "bar", "name": _("Late"), "data": late, "stack": "all", "tone": "bad", "barMaxWidth": 26},
        ],
        "legend": {},
    }
    table = {
        "head": [_("Day"), _("In time"), _("Late")],
        "rows": [list(row) for row in zip(days, done, late, strict=True)],
    }
    return option, table


def sample_points() -> list[dict[str, Any]]:
    """Sites and agents around Shanghai (WGS-84)."""
    return [
        {"lat": 31.0689, "lng": 121.313, "label": "松江 SH-SJ", "kind": "site", "tone": "active"},
        {"lat": 30.902, "lng": 121.929, "label": "临港 SH-LG", "kind": "site", "tone": "active"},
        {"lat": 31.1947, "lng": 121.315, "label": "虹桥 SH-HQ", "kind": "site", "tone": "active"},
        {"lat": 31.2617, "lng": 121.6172, "label": "金桥 SH-JQ", "kind": "site", "tone": "active"},
        {"lat": 31.356, "lng": 121.487, "label": "宝山 SH-BS", "kind": "site", "tone": "active"},
        {"lat": 31.21, "lng": 121.47, "label": "王娟平", "tone": "good"},
        {"lat": 31.15, "lng": 121.40, "label": "赵杰", "tone": "warn"},
        {"lat": 31.08, "lng": 121.52, "label": "陈超", "tone": "bad"},
    ]
