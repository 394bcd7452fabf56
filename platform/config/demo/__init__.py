"""The demo world: five tenants, the operator's desks and their people; made once, found again ever after."""
