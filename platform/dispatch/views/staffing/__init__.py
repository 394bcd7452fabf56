"""The lead's pages: who drives, when, where and with which papers; and the agent's own."""
