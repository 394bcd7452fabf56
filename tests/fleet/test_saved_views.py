"""Saved views: each person's own, or shared; what is told of them, and who may change them."""

from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, QueryDict

from events.book.models import Entry
from fleet.models import FirstView, SavedView
from fleet.selectors.views import clean_query, views_of
from fleet.services.views import MOST, open_with, remove_view, save_view
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import make_actor


def save(actor: Actor, now: datetime, name: str = "Late ones", **more: Any) -> SavedView:
    return save_view(name=name, actor=actor, now=now, **{"query": "group=late", **more})


def names(actor: Actor) -> list[str]:
    return [view.name for view in views_of(actor.id)]


def test_an_address_is_kept_clean_and_always_the_same() -> None:
    messy = QueryDict("page=3&sort=-plate&q=+ab+&status=&group=late&nonsense=1")
    assert clean_query(messy) == clean_query(QueryDict("sort=-plate&group=late&q=ab")) == "q=ab&group=late&sort=-plate"


def test_a_persons_own_view_is_seen_by_nobody_else_and_told_to_nobody(world: Tenant, now: datetime) -> None:
    viewer, finance = make_actor(world, "viewer"), make_actor(world, "finance")
    with tenant_context(world):
        view = save(viewer, now)
        assert (names(viewer), names(finance)) == (["Late ones"], [])
        for call in (
            lambda: save(finance, now, "x", view_id=view.pk),
            lambda: remove_view(view_id=view.ref, actor=finance, now=now),
            lambda: open_with(view_id=view.ref, actor=finance),
        ):
            with pytest.raises(Http404):
                call()
        assert not Entry.objects.filter(type__startswith="view.").exists()


def test_a_shared_view_takes_the_right_to_manage_and_is_told(world: Tenant, now: datetime) -> None:
    manager, viewer = make_actor(world, "fleet_manager"), make_actor(world, "viewer")
    with tenant_context(world):
        with pytest.raises(PermissionDenied):
            save(viewer, now, is_shared=True)
        view = save(manager, now, is_shared=True)
        assert names(viewer) == ["Late ones"]
        for call in (
            lambda: save(viewer, now, "Mine", view_id=view.pk),
            lambda: save(viewer, now, "Mine", view_id=view.pk, is_shared=True),
            lambda: remove_view(view_id=view.pk, actor=viewer, now=now),
        ):
            with pytest.raises(PermissionDenied):
                call()
    with tenant_context(world):
        save_view(name="Late", is_shared=True, view_id=view.pk, actor=manager, now=now)
    with tenant_context(world):
        remove_view(view_id=view.pk, actor=manager, now=now)
        told = list(Entry.objects.filter(subject=view.ref).order_by("seq").values_list("type", "data"))
        owner = manager.name
        late = {"name": "Late ones", "query": "group=late", "owner": owner}
        assert [kind for kind, _data in told] == ["view.saved", "view.saved", "view.removed"]
        assert [(data.get("before"), data.get("after")) for _kind, data in told] == [
            ({}, late), (late, {**late, "name": "Late"}), ({**late, "name": "Late"}, None),
        ]  # fmt: skip


def test_names_are_not_given_twice_and_there_is_an_end_to_them(world: Tenant, now: datetime) -> None:
    manager, viewer = make_actor(world, "fleet_manager"), make_actor(world, "viewer")
    with tenant_context(world):
        save(manager, now, is_shared=True)
        for actor, name, is_shared in (
            (manager, "Late  ones", False), (make_actor(world, "admin"), "Late ones", True), (viewer, " ", False),
        ):  # fmt: skip
            with pytest.raises(ValidationError) as refused:
                save(actor, now, name, is_shared=is_shared)
            assert list(refused.value.error_dict) == ["name"]
        SavedView.objects.bulk_create(SavedView(name=str(no), owner_id=viewer.id, owner_name="x") for no in range(MOST))
        with pytest.raises(ValidationError):
            save(viewer, now)


def test_each_persons_list_opens_with_its_own_choice(world: Tenant, now: datetime) -> None:
    manager, viewer = make_actor(world, "fleet_manager"), make_actor(world, "viewer")
    with tenant_context(world):
        shared, own = save(manager, now, is_shared=True), save(viewer, now, "Mine")
        open_with(view_id=shared.pk, actor=viewer)
        open_with(view_id=own.pk, actor=viewer)
        assert [(view.name, view.is_first) for view in views_of(viewer.id)] == [("Mine", True), ("Late ones", False)]
        assert not any(view.is_first for view in views_of(manager.id))
        open_with(view_id=None, actor=viewer)
        open_with(view_id=shared.pk, actor=viewer)
    with tenant_context(world):
        remove_view(view_id=shared.pk, actor=manager, now=now)
        assert not FirstView.objects.exists()


def test_another_tenants_views_are_not_found(world: Tenant, pacific: Tenant, now: datetime) -> None:
    with tenant_context(world):
        view = save(make_actor(world, "fleet_manager"), now, is_shared=True)
    stranger = make_actor(pacific, "fleet_manager")
    with tenant_context(pacific):
        assert views_of(stranger.id) == []
        for call in (
            lambda: save(stranger, now, view_id=view.pk),
            lambda: remove_view(view_id=view.ref, actor=stranger, now=now),
            lambda: open_with(view_id=view.ref, actor=stranger),
        ):
            with pytest.raises(Http404):
                call()
    with tenant_context(world):
        assert SavedView.objects.get().name == "Late ones"
