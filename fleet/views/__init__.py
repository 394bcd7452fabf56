"""The pages of the fleet's book."""
