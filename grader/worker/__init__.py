"""What runs inside the sandbox. It imports `grader.protocol` and nothing else of ours.

Four processes, each the parent of the next:

- the *zygote* has imported torch and waits; it never reads a byte of anybody's submission,
- a *supervisor* for each submission talks with the host, passes questions on and keeps the time,
- the *submission* process, under a user id of its own, runs the student's definitions,
- a *check* process, forked from it, answers the questions of one check and is gone.
"""
