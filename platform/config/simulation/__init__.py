"""Plays agents, workshops, inspectors and approvers through all open jobs, by the public services alone."""
