"""One trial, told as a story."""
