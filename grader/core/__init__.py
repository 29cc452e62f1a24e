"""What every other package may use: results, errors, limits, words, files."""
