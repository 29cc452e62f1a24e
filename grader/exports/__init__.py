"""Grades in the formats that other programs take in."""
