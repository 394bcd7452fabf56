"""Orders: the list, its export, the page of one, and what a person does there."""
