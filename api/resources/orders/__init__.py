"""Orders: what was asked, how far it has come, what it may cost; changed by the same services as in the portal."""
