"""How many submissions a minute, at how much CPU, and in what stage: see README.md."""
