"""`%check`: a student's definitions checked from the notebook that has them."""
