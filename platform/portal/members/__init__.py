"""Members of the tenant, and who is invited: an administrator's pages on core rows of its own tenant."""

from tenants.actors import actor_of as actor_of  # the audit trail takes it from here
