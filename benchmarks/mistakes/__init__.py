"""Wrong solutions, one mistake each and pairs, under these checks and under public tests."""
