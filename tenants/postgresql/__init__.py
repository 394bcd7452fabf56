"""The database backend of the wall: django-tenants' PostgreSQL backend with transaction-local entry."""
