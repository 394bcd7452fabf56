"""What a job costs: what is known of it, read for many jobs at once, and handed to the rate card's pure function."""
