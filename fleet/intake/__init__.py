"""Reading the order files that a tenant sends and checking their rows.

Nothing here knows a database: what the check must know (sites, scope rules, orders already made …) is handed in as
frozen values, and what it finds is handed back as frozen values.
"""
