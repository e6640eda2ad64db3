"""Whole trials as one file: taken out of a trials folder, and into another."""
