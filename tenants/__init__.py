"""Tenants, their hosts and their schemas, and the wall that keeps them apart."""
