"""Cache keys that a tenant cannot share: the schema stands in every key."""

from tenants.postgresql.base import current_wrapper


def make_key(key: str, key_prefix: str, version: int | str) -> str:
    """Django's KEY_FUNCTION: inside a tenant its schema is part of the key, in the core `public` is."""
    return f"{key_prefix}:{version}:{current_wrapper().wanted.schema}:{key}"
