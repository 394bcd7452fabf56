"""The resources, one module each: how they are shown, what they take, and their views."""
