"""What a check sees of a submission, and how it asks."""
