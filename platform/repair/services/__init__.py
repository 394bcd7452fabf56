"""Every write of the repair desk; a module a stage of the way."""
