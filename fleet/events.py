"""What the book's own services tell. Orders, and what the desk's register knows of vehicles, are told by the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import EventBase, register
from fleet.approving.events import ApprovalGiven as ApprovalGiven
from fleet.approving.events import ApprovalPassedOn as ApprovalPassedOn
from fleet.approving.events import BudgetRemoved as BudgetRemoved
from fleet.approving.events import BudgetSaved as BudgetSaved
from fleet.approving.events import DelegationGiven as DelegationGiven
from fleet.approving.events import DelegationRevoked as DelegationRevoked
from fleet.approving.events import LimitRemoved as LimitRemoved
from fleet.approving.events import LimitSaved as LimitSaved


@register
@dataclass(frozen=True, kw_only=True)
class SiteSaved(EventBase):
    """A site was added or changed; `before` is empty for a new one."""

    type: ClassVar[str] = "site.saved"
    subject: str  # sit_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class CostCenterSaved(EventBase):
    """A cost centre was added or changed; `before` is empty for a new one."""

    type: ClassVar[str] = "cost_center.saved"
    subject: str  # cct_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class DriverSaved(EventBase):
    """A driver was added or changed; `before` is empty for a new one."""

    type: ClassVar[str] = "driver.saved"
    subject: str  # drv_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class VehicleSaved(EventBase):
    """What your people keep of a vehicle was added or changed; `before` is empty the first time."""

    type: ClassVar[str] = "vehicle.saved"
    subject: str  # veh_…
    vehicle_id: UUID
    vin: str
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class ImportReceived(EventBase):
    """A file of vehicles, drivers, sites or cost centres came in; it is checked next."""

    type: ClassVar[str] = "import.received"
    subject: str  # imp_…
    register: str
    name: str
    size_bytes: int
    sha256: str
    channel: str


@register
@dataclass(frozen=True, kw_only=True)
class ImportRefused(EventBase):
    """The file cannot be taken at all."""

    type: ClassVar[str] = "import.refused"
    subject: str
    code: str
    params: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class ImportChecked(EventBase):
    """Every row was looked at; the counts are by what would become of the rows."""

    type: ClassVar[str] = "import.checked"
    subject: str
    total: int
    new: int
    changed: int
    same: int
    rejected: int


@register
@dataclass(frozen=True, kw_only=True)
class ImportStarted(EventBase):
    """Somebody said yes: the new and changed rows are being written."""

    type: ClassVar[str] = "import.started"
    subject: str
    rows: int


@register
@dataclass(frozen=True, kw_only=True)
class ImportDone(EventBase):
    """Every row that could be written is written."""

    type: ClassVar[str] = "import.done"
    subject: str
    written: int
    rejected: int


@register
@dataclass(frozen=True, kw_only=True)
class ImportDiscarded(EventBase):
    """The import was put away before it was applied."""

    type: ClassVar[str] = "import.discarded"
    subject: str


@register
@dataclass(frozen=True, kw_only=True)
class LimitChanged(EventBase):
    """A role may approve another amount; None: nothing. Told before limits had conditions (`limit.saved`)."""

    type: ClassVar[str] = "limit.changed"
    subject: str  # the role
    before_fen: int | None
    after_fen: int | None


@register
@dataclass(frozen=True, kw_only=True)
class SettingsChanged(EventBase):
    """How the tenant wants its batches taken."""

    type: ClassVar[str] = "settings.changed"
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class ViewSaved(EventBase):
    """A view that everybody sees was kept or changed; `before` or `after` is empty while it is somebody's own."""

    type: ClassVar[str] = "view.saved"
    subject: str  # viw_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class ViewRemoved(EventBase):
    """A view that everybody saw is gone."""

    type: ClassVar[str] = "view.removed"
    subject: str  # viw_…
    before: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class BatchReceived(EventBase):
    """A file came in; it is checked next."""

    type: ClassVar[str] = "batch.received"
    subject: str  # bat_…
    name: str
    size_bytes: int
    sha256: str
    channel: str
    policy: str
    is_dry_run: bool = False


@register
@dataclass(frozen=True, kw_only=True)
class BatchMadeReal(EventBase):
    """A batch that was sent to be checked only may be submitted from now on."""

    type: ClassVar[str] = "batch.made_real"
    subject: str


@register
@dataclass(frozen=True, kw_only=True)
class BatchRefused(EventBase):
    """The file cannot be taken at all."""

    type: ClassVar[str] = "batch.refused"
    subject: str
    code: str
    params: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class BatchChecked(EventBase):
    """Every row was looked at; the counts are by what became of the rows."""

    type: ClassVar[str] = "batch.checked"
    subject: str
    status: str
    total: int
    valid: int
    rejected: int
    already_submitted: int
    changed_since: int


@register
@dataclass(frozen=True, kw_only=True)
class BatchMended(EventBase):
    """Cells of rejected rows were typed anew; the batch is checked again."""

    type: ClassVar[str] = "batch.mended"
    subject: str
    lines: tuple[int, ...]


@register
@dataclass(frozen=True, kw_only=True)
class BatchSubmitted(EventBase):
    """The valid rows are being made into orders."""

    type: ClassVar[str] = "batch.submitted"
    subject: str
    rows: int
    policy: str


@register
@dataclass(frozen=True, kw_only=True)
class BatchOpened(EventBase):
    """Every row of the submitted batch is an order now; the receipt."""

    type: ClassVar[str] = "batch.opened"
    subject: str
    orders: int
    already_submitted: int
    respond_by: datetime | None


@register
@dataclass(frozen=True, kw_only=True)
class BatchDiscarded(EventBase):
    """The batch was put away before it was submitted."""

    type: ClassVar[str] = "batch.discarded"
    subject: str
    reason: str


@register
@dataclass(frozen=True, kw_only=True)
class BatchRollbackStarted(EventBase):
    """Every line that is not in custody yet is being cancelled, free of charge."""

    type: ClassVar[str] = "batch.rollback_started"
    subject: str
    reason: str
    orders: int


@register
@dataclass(frozen=True, kw_only=True)
class BatchRolledBack(EventBase):
    """The roll-back is through; `kept` orders had gone too far."""

    type: ClassVar[str] = "batch.rolled_back"
    subject: str
    cancelled: int
    kept: int
