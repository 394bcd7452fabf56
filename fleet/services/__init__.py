"""Every write of the fleet's book; a module a business noun.

Each service checks without locking, calls the desk's (or the log's) one command first, and writes its own rows after.
"""
