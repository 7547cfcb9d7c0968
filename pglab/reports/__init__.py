"""Totals over everything, for the public: who was awarded what, and what the money did.

Main words: *awards* of a cohort, *transparency* totals with source and date. Not here: any rule, any change.
"""
