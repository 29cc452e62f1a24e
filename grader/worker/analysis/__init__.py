"""What reads a notebook's code and never runs it."""
