"""One submission's way through the checks."""
