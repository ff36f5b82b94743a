"""Runs the SQL stages."""
