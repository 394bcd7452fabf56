"""The tenant's registers as files: vehicles, drivers, sites and cost centres, judged row by row.

Nothing here knows a database: what stands in the book is handed in, and what a row would change is handed back.
"""
