"""Members of the tenant, and who is invited: an administrator's pages on core rows of its own tenant."""
