"""An assignment's folder: its configuration, and how a new one is made."""
