"""How many requests a credential may send: counted in the cache, told in RateLimit headers (IETF draft of 2025-09).

Windows follow each other without gaps. A cache that does not answer never refuses anybody.
"""

import logging
import time
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.utils.translation import ngettext

from api.errors import QuotaExceeded
from tenants.actors import Actor

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `quota` requests in `window_s` seconds."""

    name: str
    quota: int
    window_s: int

    def __str__(self) -> str:
        return f'"{self.name}";q={self.quota};w={self.window_s}'


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a credential stands in one policy after this request."""

    policy: Policy
    count: int
    resets_in_s: int

    @property
    def remaining(self) -> int:
        """Requests that are left in this window."""
        return max(0, self.policy.quota - self.count)

    def __str__(self) -> str:
        return f'"{self.policy.name}";r={self.remaining};t={self.resets_in_s}'


POLICIES: Final = [Policy("burst", 600, 60), Policy("daily", 200_000, 86_400)]


def count_request(actor: Actor) -> dict[str, str]:
    """Count this request and return its RateLimit headers; raises QuotaExceeded once a policy is used up."""
    usages = [use_up(policy, actor) for policy in POLICIES]
    headers = {
        "RateLimit-Policy": ", ".join(map(str, POLICIES)),
        "RateLimit": ", ".join(map(str, usages)),
    }
    spent = [usage for usage in usages if usage.count > usage.policy.quota]
    if spent:
        wait = max(usage.resets_in_s for usage in spent)
        raise QuotaExceeded(
            ngettext("Too many requests. Wait %(wait)s second.", "Too many requests. Wait %(wait)s seconds.", wait)
            % {"wait": wait},
            headers={**headers, "Retry-After": str(wait)},
            **{"violated-policies": [usage.policy.name for usage in spent]},
        )
    return headers


def use_up(policy: Policy, actor: Actor) -> Usage:
    """Add one to the actor's count of the present window."""
    now = int(time.time())  # of the machine, not of the business: a sandbox's clock may jump
    window = now // policy.window_s
    left = policy.window_s - now % policy.window_s
    schema = actor.tenant.schema_name if actor.tenant else ""
    key = f"api-limit:{schema}:{actor.kind}:{actor.id}:{policy.name}:{window}"
    try:
        cache.add(key, 0, timeout=policy.window_s)
        count = int(cache.incr(key))
    except Exception:  # the caller's work is worth more than the count
        logger.exception("The cache does not count requests.")
        count = 0
    return Usage(policy=policy, count=count, resets_in_s=left)
