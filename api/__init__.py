"""/api/v1: one module a resource, on the same services and the same book as the portal."""
