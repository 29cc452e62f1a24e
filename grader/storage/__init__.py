"""A results folder: its journal, its decisions, its files and pages."""
