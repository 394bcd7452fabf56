"""What finance and leads do: terms, rate cards, taxes."""
