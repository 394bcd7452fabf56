"""Uploads and downloads: a file is a core row with an opaque id."""
