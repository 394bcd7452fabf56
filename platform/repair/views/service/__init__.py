"""Customer service: complaints, calls after the return, requests, customers' records."""
