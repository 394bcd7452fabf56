"""The operator's agreements with its customers and partners."""
