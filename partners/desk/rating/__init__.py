"""What a job costs, line by line: a pure function of what is known of it and of the card that holds for it."""

from partners.desk.rating.amounts import round_fen, share_fen, tax_in
from partners.desk.rating.cards import CardRules, PriceRule
from partners.desk.rating.facts import Fee, JobFacts, LaidOut, Service, Trip, Work
from partners.desk.rating.lines import LAID_OUT, WORK, RatedLine, order_of
from partners.desk.rating.rate import rate

__all__ = [
    "LAID_OUT",
    "WORK",
    "CardRules",
    "Fee",
    "JobFacts",
    "LaidOut",
    "PriceRule",
    "RatedLine",
    "Service",
    "Trip",
    "Work",
    "order_of",
    "rate",
    "round_fen",
    "share_fen",
    "tax_in",
]
