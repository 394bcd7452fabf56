"""How often pages that anybody may open are opened from one address: counted in the cache, window by window.

A cache that does not answer never refuses anybody.
"""

import logging
import time
from dataclasses import dataclass

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `quota` visits of one address in `window_s` seconds."""

    name: str
    quota: int
    window_s: int


def seconds_to_wait(request: HttpRequest, allowance: Allowance) -> int:
    """Count this visit; 0 when it may go on, else after how many seconds to come again."""
    now = int(time.time())  # of the machine, not of the business: a sandbox's clock may jump
    address = get_client_ip(request) or "nowhere"
    key = f"visits:{allowance.name}:{address}:{now // allowance.window_s}"
    try:
        cache.add(key, 0, timeout=allowance.window_s)
        count = int(cache.incr(key))
    except Exception:  # the visitor's errand is worth more than the count
        logger.exception("The cache does not count visits.")
        return 0
    return 0 if count <= allowance.quota else allowance.window_s - now % allowance.window_s
