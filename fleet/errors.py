"""What a service of the book refuses: one tree, each with a stable `code`, a message for people and the field it is about."""

from collections.abc import Mapping

from tenants.refusals import Refused


class FleetError(Refused):
    """The request cannot be done; nothing was changed."""

    def __init__(self, message: str, *, field: str = "", params: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.field, self.params = field, dict(params or {})


class HasRejectedRows(FleetError):
    """All or nothing was asked for, and some rows cannot be taken."""

    code = "has_rejected_rows"


class NothingToSubmit(FleetError):
    """Not one row can become an order."""

    code = "nothing_to_submit"


class OnCreditHold(FleetError):
    """The operator takes no new orders of this tenant until its account is settled."""

    code = "credit_hold"


class StillAtWork(FleetError):
    """A worker is busy with the batch."""

    code = "still_at_work"


class NotCancellable(FleetError):
    """The vehicle is in custody already, or the order is over."""

    code = "not_cancellable"


class NotAmendable(FleetError):
    """The order has gone too far to be changed, or the row has not changed."""

    code = "not_amendable"


class RowChanged(FleetError):
    """Somebody else has mended the row since it was read; `params` say who, when, and what stands there now."""

    code = "row_changed"


class OnlyChecked(FleetError):
    """The batch was sent to be checked only."""

    code = "dry_run"


class RealAlready(FleetError):
    """The batch is no dry run (any more), or it is over."""

    code = "real_already"


class AboveLimit(FleetError):
    """The amount is above what the actor's roles may approve."""

    code = "above_limit"


class OwnOrder(FleetError):
    """Four eyes: whoever has sent the order does not approve it from a certain amount on."""

    code = "own_order"


class OverBudget(FleetError):
    """The amount is above what the cost centre's budget has left."""

    code = "over_budget"


class AlreadyDecided(FleetError):
    """Somebody else decided, or there is a newer version."""

    code = "already_decided"


class NotValid(FleetError):
    """A field of a form has a value that cannot be."""

    code = "invalid"


class ChangedMeanwhile(FleetError):
    """Somebody else changed it after it was read."""

    code = "changed_meanwhile"


class Superseded(Exception):
    """Another worker has taken over; whoever gets this stops, and what it wrote in this stay is rolled back."""
