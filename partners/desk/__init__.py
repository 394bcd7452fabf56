"""DESK: what the operator has agreed with each tenant; here the credit hold and the standing permissions."""
