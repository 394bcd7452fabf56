"""What J26 may change is said once, and every door offers exactly that."""

from api.resources.orders.views import AmendSerializer
from fleet.forms import AmendForm
from fleet.models import Order
from fleet.projectors import AMENDED
from fleet.services.amending import FIXED
from fleet.states import AMENDABLE, CANCELLABLE
from repair.requests import AMENDABLE_FIELDS
from repair.services.changing import SHARED_FIELDS, VISIT_FIELDS


def test_form_api_and_book_know_the_fields_of_an_amendment() -> None:
    assert set(AmendForm.base_fields) == set(AMENDABLE_FIELDS)
    assert set(AmendSerializer().fields) == set(AMENDABLE_FIELDS)
    assert set(AMENDABLE_FIELDS) == AMENDED
    assert {field.name for field in Order._meta.get_fields()} >= AMENDED
    assert AMENDED.isdisjoint(FIXED)
    assert SHARED_FIELDS < VISIT_FIELDS < AMENDED


def test_an_order_may_change_until_it_is_collected_and_papers_may_still_be_cancelled() -> None:
    assert {"documents_in"} == CANCELLABLE - AMENDABLE
    assert {"new", "at_pickup", "pickup_failed"} <= AMENDABLE
    assert "in_custody" not in CANCELLABLE
