"""Are the checks right? Right solutions pass, wrong ones lose what they should."""
