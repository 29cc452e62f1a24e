"""Grades in words, for people."""
