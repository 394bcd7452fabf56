"""BOOK: the tenant's vehicles, sites, cost centres, batches, orders and approval limits."""
