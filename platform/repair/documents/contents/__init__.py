"""What each document freezes: values without words of ours, so that the same content is printed in any language.

Texts and whole numbers alone: JSON gives them back as they were, and the hash is the same for ever.
"""
