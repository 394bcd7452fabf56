"""The cache: keys that a tenant cannot share, and a server that may be down without anybody being turned away."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from tenants.postgresql.base import current_wrapper

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Redis; while it cannot be reached it is an empty cache that keeps nothing, and says so in the log.

    What leans on it (rate limits of the sign-in, health) is weaker then; health reports the cache as down.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except (NoConnection, NoAnswer):
            return self.miss(default)

    def set(self, key: Any, value: Any, timeout: Any = None, version: int | None = None, **kwargs: Any) -> None:
        try:
            super().set(key, value, timeout, version, **kwargs)
        except (NoConnection, NoAnswer):
            self.miss(None)

    def add(self, key: Any, value: Any, timeout: Any = None, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except (NoConnection, NoAnswer):
            return bool(self.miss(True))

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except (NoConnection, NoAnswer):
            return bool(self.miss(False))

    @staticmethod
    def miss(answer: Any) -> Any:
        """What an empty cache would say."""
        logger.warning("The cache cannot be reached; it is taken as empty.")
        return answer


def make_key(key: str, key_prefix: str, version: int | str) -> str:
    """Django's KEY_FUNCTION: inside a tenant its schema is part of the key, in the core `public` is."""
    return f"{key_prefix}:{version}:{current_wrapper().wanted.schema}:{key}"
