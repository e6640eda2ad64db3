"""Curves of metrics as static vector pictures, readable in black and white."""
