"""Checks of checks."""
