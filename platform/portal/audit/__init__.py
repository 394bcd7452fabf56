"""The audit trail: who did what, when, with which credential, and what it was before."""
