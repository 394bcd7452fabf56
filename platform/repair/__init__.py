"""DESK: workshops, visits, jobs, custody, estimates and quality."""
