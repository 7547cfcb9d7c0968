"""Figures across domains for the public and for leadership: totals with their source and date. Reads only."""
