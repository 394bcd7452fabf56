"""The tenant's pages that span several books."""
