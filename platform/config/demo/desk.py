"""The operator's side of the demo: scope rules, models, workshops, areas, agents and the people at the desks."""

import csv
import json
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from config import clock
from config.demo.insurance import seed_policies
from config.demo.letterhead import seed_letterhead
from config.demo.operations import seed_operations
from config.demo.workshops import seed_standards, seed_workshops
from dispatch.seeding import seed_agents, seed_areas, seed_licence_rules
from repair.models import ScopeRule, VehicleModel
from tenants.people.models import User
from tenants.people.seed import ensure_staff, ensure_user

DATA = Path(__file__).parent / "data"
PASSWORD = "baylink-demo"  # noqa: S105  # the demo's, printed on its sign-in page
STAFF = (
    ("dispatcher@baylink.example", "周敏", ("dispatcher",)),
    ("lead@baylink.example", "陈志远", ("lead",)),
    ("service@baylink.example", "林晓", ("customer_service",)),
    ("inspector@baylink.example", "吴建国", ("inspector",)),
    ("claims@baylink.example", "郑洁", ("claims",)),
    ("finance@baylink.example", "黄丽", ("finance",)),
)


def seed_desk() -> None:
    """Everything the desks need before the first order."""
    seed_scope()
    seed_models()
    seed_standards()
    seed_operations()
    seed_letterhead()
    seed_policies()
    for email, name, roles in STAFF:
        ensure_staff(user=ensure_user(email=email, name=name, password=PASSWORD), roles=roles)
    for number, workshop in enumerate(seed_workshops(), start=1):
        user = ensure_user(
            email=f"workshop{number:02d}@baylink.example", name=f"{workshop.name} 接待", password=PASSWORD
        )
        ensure_staff(user=user, roles=("workshop",), workshop_id=workshop.pk)
    seed_areas()
    seed_licence_rules()
    seed_agents(ensure_user=ensure_agent, today=clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date())


def ensure_agent(*, email: str, name: str, phone: str = "", area_id: UUID | None = None) -> User:
    """An agent's account; the first nine can sign in."""
    password = PASSWORD if email.startswith("agent0") else None
    user = ensure_user(email=email, name=name, password=password, phone=phone)
    ensure_staff(user=user, roles=("agent",), area_id=area_id)
    return user


def seed_scope() -> None:
    """What the operator does not do; its lead edits the rules at the console."""
    for position, rule in enumerate(json.loads((DATA / "scope_rules.json").read_text(encoding="utf-8")), start=1):
        values = {
            key: rule[key]
            for key in ("services", "pattern", "reason_en", "reason_zh", "alternative_en", "alternative_zh")
        }
        ScopeRule.objects.get_or_create(code=rule["id"], defaults={**values, "position": position * 10})


def seed_models() -> None:
    """The model table."""
    with (DATA / "models.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            key = {"wmi": row.pop("wmi"), "model": row.pop("model")}
            VehicleModel.objects.get_or_create(**key, defaults=row)
