"""Approvals: who may, the decision of one or many, and what bounds it."""
