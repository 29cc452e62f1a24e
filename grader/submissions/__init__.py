"""What was handed in: archives, layouts, whose each file is, and the roster."""
