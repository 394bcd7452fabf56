"""DESK: what was agreed with each tenant: its terms, and what the work costs."""

from partners.desk.models.cards import Price, RateCard, RateDraft, RatePeriod, RateVersion
from partners.desk.models.drafts import DraftPrice
from partners.desk.models.taxes import VatRate
from partners.desk.models.terms import TenantTerms

__all__ = [
    "DraftPrice",
    "Price",
    "RateCard",
    "RateDraft",
    "RatePeriod",
    "RateVersion",
    "TenantTerms",
    "VatRate",
]
