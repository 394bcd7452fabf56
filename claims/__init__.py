"""Claims, from the report to the payout: the desk's cases and the tenants' files."""
