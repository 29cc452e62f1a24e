"""The course's own equations and loops, and what judges a student's."""
