"""Who drives, when, and with which papers: the lead's changes, and what they do to legs that are named already."""
