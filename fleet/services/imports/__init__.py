"""Files of vehicles, drivers, sites and cost centres: received, checked without changing anything, written on a yes."""
