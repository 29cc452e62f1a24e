"""Repairs: the one small edit of a student's own code after which it is right."""
