"""What is known of a job when it is rated: frozen values that the repair desk fills in."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One way of an agent with the vehicle or its papers; metres as the crow flies, the hour by the operator's clock."""

    ref: str  # of the leg
    way: str  # pickup, return
    metres: int
    at: time
    is_towed: bool = False
    waited_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An estimate line that was approved: what was said yes to is what it costs, whatever the card says."""

    ref: str  # version.number
    kind: str  # labour, part
    operation: str
    text: str
    quantity: Decimal
    unit_price_fen: int | None
    asked_fen: int
    approved_fen: int
    payer: str = "customer"
    price_id: str = ""  # the card's price that was locked into the version


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service with a fixed price: the inspection agency's, a violation's."""

    name: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What is due because the job did not go its way: cancellation (with how far it had come), stop, diagnosis."""

    kind: str
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """Money paid for the customer, at cost."""

    ref: str
    kind: str
    amount_fen: int
    is_in_customers_name: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """Everything that rating asks of a job."""

    service: str
    area: str = ""
    vehicle_class: str = ""
    trips: tuple[Trip, ...] = ()
    work: tuple[Work, ...] = ()
    services: tuple[Service, ...] = ()
    fees: tuple[Fee, ...] = ()
    laid_out: tuple[LaidOut, ...] = ()
    courtesy_days: int = 0
    is_free: bool = False  # comes back under warranty: worked out, and not charged
