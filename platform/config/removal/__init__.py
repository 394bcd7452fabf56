"""Removing a tenant: everything it has is exported into one bundle, the bundle is proved, then its side is deleted."""
