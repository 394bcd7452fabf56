"""What `make` runs: the way from a bare checkout to a running, tested system.

`bootstrap` needs nothing but Python 3.11; everything else runs in the virtual environment that it makes.
"""
