"""Billing and settlement: the operator's ledger and the tenants' payables."""
