"""Other programs: Jupyter, nbgrader, Gradescope, Moodle and Canvas."""
