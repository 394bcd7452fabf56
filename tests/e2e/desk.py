"""The desk's small world in a story, for browsers: people with passwords, and signing in as them."""

import os
import re
from datetime import timedelta
from pathlib import Path

from django.db.models import Value
from django.db.models.functions import Concat
from playwright.sync_api import Page, expect

from config import clock
from dispatch.models import Agent, Area
from repair.models import Authorisation, Job
from tenants.people.models import User
from tenants.people.seed import ensure_staff
from tests.e2e.conftest import Visitor
from tests.repair.world import World, build_world
from tests.world import PASSWORD, tenant_of

OPS = "ops"


def desk_world() -> World:
    """Two agents and two workshops beside the demo's, some hours ago, so that steps at pages come after those before."""
    Area.objects.update(code=Concat(Value("demo-"), "code"))  # the small world has areas of the same codes
    world = build_world(tenant_of("acme"), clock.now() - timedelta(hours=3))
    for agent in (world.li, world.wu):
        agent.areas.set(Area.objects.all())
    return world


def wait_until_now(world: World) -> None:
    """What the world does next comes after what was done at pages."""
    world.now = max(world.now, clock.now())


def without_authorisation(world: World) -> None:
    """The customer signs at the door."""
    Authorisation.objects.filter(tenant=world.tenant).delete()


def agent_email(agent: Agent) -> str:
    """The agent can sign in."""
    user = User.objects.get(agent=agent)
    ensure_staff(user=user, roles=["agent"])
    return with_password(user)


def workshop_email(world: World, job: Job) -> str:
    """One of the workshop's people can sign in."""
    assert job.workshop is not None
    return with_password(world.technician_of(job.workshop))


def with_password(user: User) -> str:
    """The demo's password; gives the address."""
    user.set_password(PASSWORD)
    user.save()
    return user.email


def enter(person: Visitor, email: str, path: str = "/", *, slug: str = OPS) -> Page:
    """Sign in, and open a page of a host."""
    person.sign_in(email, PASSWORD)
    person.page.get_by_role("button", name="Sign in", exact=True).click()
    person.page.wait_for_url(lambda url: "/accounts/login" not in url)
    person.page.goto(person.url(path, slug=slug))
    return person.page


def sign(page: Page, name: str) -> None:
    """Draw something."""
    canvas = page.locator(f'[data-pad="{name}"] canvas')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=8)
    page.mouse.move(box["x"] + 160, box["y"] + 25, steps=8)
    page.mouse.up()


def confirm(page: Page, name: str) -> None:
    """A step of the job's page: its button, then the same in the dialog."""
    page.get_by_role("link", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).first.click()
    page.locator(".modal.show").get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(re.compile(f"Done: {name}"))).to_be_visible()


def keep_picture(person: Visitor, name: str) -> None:
    """Where E2E_PICTURES names a folder, the page as it is, for whoever wants to look at it."""
    folder = os.environ.get("E2E_PICTURES")
    if folder:
        person.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
