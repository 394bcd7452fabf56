"""The lists of approvals."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from fleet import texts
from fleet.approving.words import say_amount, say_conditions, say_holder
from fleet.models import ApprovalLimit, Delegation, Endorsement, Order, OrderEstimate
from fleet.models.base import page_of
from fleet.selectors.delegations import state_of
from fleet.selectors.queue import Prospect
from fleet.tables import VEHICLE, LabelColumn
from tenants.actors import Actor
from tenants.people.models import join_names
from ui.tables import DenseTable, KeyColumn, MoneyColumn, PickColumn, TimeColumn
from ui.templatetags import ui as components


class QueueTable(DenseTable):
    """Estimates that wait for a decision, the oldest first. The table knows the `prospects` of its page."""

    pick = PickColumn(form="picked")
    number = KeyColumn(verbose_name=_("Order"), accessor="order__number", orderable=False)
    vehicle = tables.Column(verbose_name=_("Vehicle"), accessor="order", orderable=False)
    what = tables.Column(verbose_name=_("What"), accessor="is_supplement", orderable=False)
    service = LabelColumn(verbose_name=_("Service"), accessor="order__service", labels=texts.SERVICES, orderable=False)
    cost_center = tables.Column(verbose_name=_("Cost centre"), accessor="order__cost_center", orderable=False)
    total_fen = MoneyColumn(verbose_name=_("Amount"))
    mine = tables.Column(verbose_name=_("For you"), accessor="pk", orderable=False)
    told_at = TimeColumn(verbose_name=_("Waits since"))
    valid_until = TimeColumn(verbose_name=_("Valid until"))

    prospects: dict[int, Prospect]
    passed: dict[tuple[Any, int], list[Endorsement]]

    class Meta(DenseTable.Meta):
        empty_text = _("Nothing waits for your decision")
        order_by = "told_at"
        row_attrs = {
            "data-fen": lambda record: record.total_fen,
            "data-ok": lambda record, table: "1" if table.prospects[record.pk].verdict.is_allowed else "",
            "data-budget": lambda record, table: table.prospects[record.pk].case.budget_id or None,
        }

    def name_of(self, record: Any) -> str:
        """What a row is called."""
        return str(record.order.number)

    def row_url(self, record: Any) -> str:
        """The order's page, at the estimate."""
        return f"{record.order.get_absolute_url()}#estimate"

    def render_pick(self, record: OrderEstimate, column: PickColumn) -> SafeString:
        """A box whose value is `ord_…/VERSION`."""
        return column.render(record=Picked(record), table=self)

    def render_vehicle(self, value: Order) -> SafeString:
        """Plate and model."""
        return format_html(VEHICLE, value.plate or value.vin, value.model)

    def render_what(self, value: bool) -> str:
        """An estimate, or an extra fault."""
        return str(_("Extra fault") if value else _("Estimate"))

    def render_mine(self, record: OrderEstimate) -> SafeString:
        """Whether the reader's limit covers it."""
        verdict = self.prospects[record.pk].verdict
        if not verdict.is_allowed:
            said = {"own_order": _g("Your own order"), "over_budget": _g("Above the budget")}.get(
                verdict.problem, _g("Above your limit")
            )
            return self.with_endorsement(record, components.status("pending", said, tone="warn"))
        said = _g("Within your limit")
        if verdict.delegation is not None:
            said = _g("As deputy of %(name)s") % {"name": verdict.delegation.principal_name}
        return self.with_endorsement(record, components.status("approved", said))

    def with_endorsement(self, record: OrderEstimate, shown: SafeString) -> SafeString:
        """Who has passed it on stands beside it."""
        names = [row.member_name for row in self.passed.get((record.order_id, record.version), ())]
        if not names:
            return shown
        text = _g("passed on by %(names)s") % {"names": join_names(names)}
        return format_html('{} <span class="text-secondary">{}</span>', shown, text)


class Picked:
    """An estimate as a box of the queue names it."""

    def __init__(self, estimate: OrderEstimate) -> None:
        self.order, self.ref = estimate.order, f"{estimate.order.ref}/{estimate.version}"


class LimitTable(DenseTable):
    """Limits in the order in which they are tried."""

    holder = KeyColumn(verbose_name=_("Who"), accessor="pk", orderable=False, empty_values=())
    conditions = tables.Column(
        verbose_name=_("Under which conditions"), accessor="pk", orderable=False, empty_values=()
    )
    amount = tables.Column(
        verbose_name=_("Up to, for one order"), accessor="pk", orderable=False, empty_values=(),
        attrs={"td": {"class": "ui-num"}, "th": {"class": "ui-num"}},
    )  # fmt: skip

    can_change = False

    class Meta(DenseTable.Meta):
        empty_text = _("No limits yet")

    def row_url(self, record: ApprovalLimit) -> str:
        """Where an administrator changes it; a standard is no row yet: a new one begins with its role."""
        if not self.can_change:
            return ""
        return (
            page_of("approval_limit_new") + f"?role={record.role}"
            if record._state.adding
            else record.get_absolute_url()
        )

    def render_holder(self, record: ApprovalLimit) -> SafeString:
        """The member, or the role; a standard says so."""
        name = format_html("{}", say_holder(record))
        if record._state.adding:
            return format_html("{} {}", name, components.status("default", _g("Standard"), tone="neutral"))
        return name

    def render_conditions(self, record: ApprovalLimit) -> str:
        """When it holds."""
        return say_conditions(record) or _g("always")

    def render_amount(self, record: ApprovalLimit) -> str:
        """How much."""
        return say_amount(record)


DELEGATION_STATES = {
    "running": _("Holds now"), "planned": _("Not yet"), "over": _("Has ended"), "revoked": _("Taken back"),
}  # fmt: skip
DELEGATION_TONES = {"running": "good", "planned": "info", "over": "ended", "revoked": "ended"}


class RevokeColumn(tables.TemplateColumn):
    """The button that takes a delegation back, where the table's reader may."""

    def render(self, record: Delegation, table: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing for who may not."""
        return super().render(record, table, *args, **kwargs) if table.can_revoke(record) else ""


class DelegationTable(DenseTable):
    """Delegations, the newest first; the table knows its `reader` and `now`."""

    principal_name = KeyColumn(verbose_name=_("For"), orderable=False)
    deputy_name = tables.Column(verbose_name=_("Deputy"), orderable=False)
    starts_at = TimeColumn(verbose_name=_("From"), orderable=False)
    ends_at = TimeColumn(verbose_name=_("Until"), orderable=False)
    up_to_fen = MoneyColumn(verbose_name=_("At most"), orderable=False)
    reason = tables.Column(verbose_name=_("Reason"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}})
    state = tables.Column(verbose_name=_("Status"), accessor="pk", orderable=False)
    actions = RevokeColumn(verbose_name="", template_name="fleet/parts/delegation_actions.html", orderable=False)

    reader: Actor
    now: datetime
    is_admin = False

    class Meta(DenseTable.Meta):
        empty_text = _("Nobody stands in for anybody")

    def row_url(self, record: Delegation) -> str:
        """Nowhere: all of it stands in the row."""
        del record
        return ""

    def render_state(self, record: Delegation) -> SafeString:
        """Whether it holds."""
        state = state_of(record, self.now)
        return components.status(state, DELEGATION_STATES[state], tone=DELEGATION_TONES[state])

    def can_revoke(self, record: Delegation) -> bool:
        """Whether the reader may take it back."""
        is_open = state_of(record, self.now) in {"running", "planned"}
        return is_open and (self.is_admin or record.principal_id == self.reader.id)
