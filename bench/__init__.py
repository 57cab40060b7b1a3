"""Measurements: how long things take, by size. Run by hand."""
