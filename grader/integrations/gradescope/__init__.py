"""Gradescope's autograder: the zip that an instructor uploads, and what runs for each submission.

`setup.sh` and `run_autograder` are the two files that Gradescope asks for; both run as root in its
container, where this program, the checks and the students' code live together.
"""
