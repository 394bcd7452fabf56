"""How a limit is found for an amount, and what approvals tell: pure rules over values, without a database."""
