"""A course of nbgrader's: its folders, its gradebook, its notebooks."""
