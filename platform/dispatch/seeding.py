"""The demo's dispatch desk: areas around the ten sites, licence rules, and agents, some of them unfit on purpose.

Every builder finds what it made before; running it again on another day adds that day's shifts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.models import Agent, Area, Leave, LeaveRequest, LicenceRule, Shift, Training, TrainingTopic
from dispatch.planning import metres_between
from tenants.people.models import User

ZONE = ZoneInfo("Asia/Shanghai")
BATCH_DAYS = tuple(date(2026, 11, day) for day in (24, 25, 26))  # the windows of the sample orders
SHIFT_DAYS = 14
MONTHS = 3  # of trainings behind an agent
ASKED = timedelta(days=10)  # how long before his leave an agent asks for it
RULES_FROM = date(2020, 1, 1)
C1_AND_MORE = ("C1", "B1", "B2", "A1", "A2", "A3")
LICENCES = {
    "small_car": C1_AND_MORE,
    "light_van": C1_AND_MORE,
    "light_truck": C1_AND_MORE,
    "tractor": ("A2",),
    "coach": ("A1",),
}
# code, name, latitude, longitude, radius in metres, agents wanted at any hour
AREAS = (
    ("WGQ", "外高桥", 31.3441, 121.6036, 12_000, 3),
    ("ZJ", "张江", 31.2077, 121.6047, 11_000, 3),
    ("HQ", "虹桥", 31.1947, 121.3150, 12_000, 4),
    ("JQ", "金桥", 31.2617, 121.6172, 10_000, 3),
    ("JD", "嘉定安亭", 31.2893, 121.1600, 14_000, 3),
    ("SJ", "松江新桥", 31.0689, 121.3130, 14_000, 3),
    ("BS", "宝山", 31.3560, 121.4870, 12_000, 3),
    ("FX", "奉贤南桥", 30.9330, 121.4640, 16_000, 3),
    ("QP", "青浦华新", 31.2420, 121.2210, 12_000, 3),
    ("LG", "临港", 30.9020, 121.9290, 18_000, 3),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("建国", "志强", "海燕", "文斌", "晓东", "丽华", "永明", "佳怡", "国栋", "少华", "雪梅", "俊杰", "思远")
DAY, EARLY, LATE, NIGHT = (time(8), 10), (time(7, 30), 10), (time(11), 10), (time(20), 10)  # start and hours
# ten agents a round, one an area: shift and licence, so that every area has the heavy licences early and late
ROUNDS = ((DAY, "C1"), (EARLY, "A2"), (LATE, "A1A2"), (DAY, "A1"), (EARLY, "C1"), (DAY, "B2"), (LATE, "C1"))
AT_NIGHT = frozenset({43, 47})
AGENTS = 70
FIRST_UNFIT = 63


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the gates ask of one demo agent; days are counted from the first or the last day of the demo."""

    licence: str = "C1"
    expires_on: date
    trained_until: date
    since: date
    probation_until: date | None = None
    is_active: bool = True
    on_leave: bool = False
    shift: tuple[time, int] = field(default=DAY)


def seed_areas() -> list[Area]:
    """The surroundings of the ten sites."""
    return [
        Area.objects.get_or_create(
            code=code, defaults={"name": name, "lat": lat, "lng": lng, "radius_m": radius, "agents_wanted": wanted}
        )[0]
        for code, name, lat, lng, radius, wanted in AREAS
    ]


def seed_licence_rules() -> list[LicenceRule]:
    """Which licences drive which class (to be confirmed by the operator); C1 is the floor, not the gate."""
    return [
        LicenceRule.objects.get_or_create(
            vehicle_class=vehicle_class, valid_from=RULES_FROM, defaults={"licences": list(licences)}
        )[0]
        for vehicle_class, licences in LICENCES.items()
    ]


def seed_agents(*, ensure_user: Callable[..., User], today: date) -> list[Agent]:
    """The agents with their shifts. `ensure_user(email=…, name=…, phone=…)` gives the person, a member of staff as agent."""
    areas = seed_areas()
    agents = [seed_agent(number, areas, ensure_user, today) for number in range(1, AGENTS + 1)]
    seed_requests(agents, today)
    return agents


def seed_agent(number: int, areas: Sequence[Area], ensure_user: Callable[..., User], today: date) -> Agent:
    """One agent, at home near one area and serving the two nearest as well."""
    home = areas[(number - 1) % len(areas)]
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
    phone = f"199000{number:05d}"
    user = ensure_user(email=f"agent{number:02d}@baylink.example", name=name, phone=phone)
    profile = profile_of(number, today)
    agent, is_new = Agent.objects.get_or_create(
        user=user,
        defaults={
            "name": name,
            "phone": phone,
            "home": f"{home.name}附近",
            "lat": home.lat + (number % 7 - 3) * 0.006,
            "lng": home.lng + (number % 5 - 2) * 0.008,
            "licence": profile.licence,
            "licence_expires_on": profile.expires_on,
            "probation_until": profile.probation_until,
            "in_trade_since": profile.since,
            "trained_until": profile.trained_until,
            "load": 6,
            "is_active": profile.is_active,
        },
    )
    if is_new:
        agent.areas.set(nearest_areas(home, areas))
    elif number < FIRST_UNFIT:  # the monthly training of a demo that runs on
        agent.trained_until = max(profile.trained_until, agent.trained_until or profile.trained_until)
        agent.save(update_fields=["trained_until"])
    seed_days(agent, profile, today)
    return agent


def nearest_areas(home: Area, areas: Sequence[Area]) -> list[Area]:
    """The area and the two nearest."""
    metres = metres_between(origins=(home.lat, home.lng), destinations=[(area.lat, area.lng) for area in areas])
    return [area for _metres, area in sorted(zip(metres, areas, strict=True), key=lambda pair: pair[0])[:3]]


def profile_of(number: int, today: date) -> Profile:
    """Fit, but for the last eight."""
    first, last = min(today, *BATCH_DAYS), max(today, *BATCH_DAYS)
    shift, licence = ROUNDS[(number - 1) // len(AREAS)]
    fit: dict[str, Any] = {
        "licence": licence,
        "expires_on": last + timedelta(days=400 + 11 * number),
        "trained_until": last + timedelta(days=6 + number % 26),  # a month after the last one
        "since": first - timedelta(days=500 + 37 * number),
        "shift": NIGHT if number in AT_NIGHT else shift,
    }
    unfit: dict[int, dict[str, Any]] = {
        0: {"expires_on": first - timedelta(days=23)},
        1: {"licence": "C2"},
        2: {"trained_until": first - timedelta(days=12)},
        3: {"since": last - timedelta(days=150)},
        4: {"on_leave": True},
        5: {"probation_until": last + timedelta(days=120)},
        6: {"is_active": False},
        7: {"trained_until": first - timedelta(days=2), "expires_on": first - timedelta(days=40)},
    }
    return Profile(**{**fit, **unfit.get(number - FIRST_UNFIT, {})})


def seed_days(agent: Agent, profile: Profile, today: date) -> None:
    """Shifts, leave and training around `today` and on the days of the sample orders."""
    shifts = [
        Shift(agent=agent, starts_at=start, ends_at=start + timedelta(hours=profile.shift[1]))
        for start in (datetime.combine(day, profile.shift[0], ZONE).astimezone(UTC) for day in days_of(agent, today))
    ]
    Shift.objects.bulk_create(shifts, ignore_conflicts=True)
    if profile.on_leave:
        first, last = min(today, *BATCH_DAYS), max(today, *BATCH_DAYS)
        Leave.objects.get_or_create(
            agent=agent,
            starts_at=datetime.combine(first - timedelta(days=1), time(), ZONE),
            defaults={
                "ends_at": datetime.combine(last + timedelta(days=SHIFT_DAYS + 1), time(), ZONE),
                "reason": "陪产假",
            },
        )
    seed_trainings(agent, profile, today)


def seed_trainings(agent: Agent, profile: Profile, today: date) -> None:
    """The last monthly trainings, one topic after the other; the newest lets him drive until the profile's day."""
    topics = list(TrainingTopic.objects.filter(is_active=True).order_by("code"))
    for number in range(MONTHS):
        topic = topics[(int(agent.phone[-2:]) + number) % len(topics)]
        until = profile.trained_until - timedelta(days=number * topic.valid_days)
        taken_on = min(until - timedelta(days=topic.valid_days), today)
        if not agent.trainings.filter(valid_until=until).exists():
            Training.objects.get_or_create(
                agent=agent, topic=topic, taken_on=taken_on, struck_at=None, defaults={"valid_until": until}
            )


def seed_requests(agents: Sequence[Agent], today: date) -> None:
    """Two agents have asked for leave and wait for an answer."""
    for agent, in_days, reason in zip(agents[4:6], (9, 12), ("孩子开学", "体检复查"), strict=True):
        start = datetime.combine(today + timedelta(days=in_days), time(), ZONE)
        if not agent.leave_requests.exists():
            LeaveRequest.objects.create(
                agent=agent, starts_at=start, ends_at=start + timedelta(days=2), reason=reason, status_since=start - ASKED,
                asked_at=start - ASKED,
            )  # fmt: skip


def days_of(agent: Agent, today: date) -> Iterator[date]:
    """Two weeks from yesterday on, with a day off in seven, and the three days of the sample orders."""
    off = int(agent.phone[-2:]) % 7
    around = {today + timedelta(days=number) for number in range(-1, SHIFT_DAYS)}
    yield from sorted(day for day in around | set(BATCH_DAYS) if day.weekday() != off or day in BATCH_DAYS)
