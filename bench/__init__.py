"""Measured jobs. Each prints one JSON line: ours, the floor in the same run, and the ratio, which alone counts."""
