"""Waking the planner: after commit, and once; the beat finds what nobody woke it for."""

from events.waking import wake_after_commit


def wake_solver() -> None:
    """Let a worker solve when the running transaction has committed; a dead broker is logged by Django."""
    from dispatch.tasks import solve_legs

    wake_after_commit(solve_legs)
