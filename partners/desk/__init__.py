"""DESK: the terms of each tenant; here the credit hold and the standing permissions."""
