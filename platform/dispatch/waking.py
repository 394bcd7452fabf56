"""Waking the planner: after commit, and once; the beat finds what nobody woke it for."""

from django.db import transaction


def wake_solver() -> None:
    """Let a worker solve when the running transaction has committed; a dead broker is logged by Django."""
    transaction.on_commit(send_wake, robust=True)


def send_wake() -> None:
    """Hand the task to the broker."""
    from dispatch.tasks import solve_legs

    solve_legs.delay()
