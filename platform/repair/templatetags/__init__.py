"""Template tags of the repair desk: `{% load repair %}`."""
