"""Addenda: the only way in which a published RFP changes. Words: *addendum* (a numbered official change), *extension*
(an addendum that moves the deadline later, for everyone), *cancellation* (the end of a call before the opening).

One person prepares, another one issues. Not here: who acknowledged an addendum (proposals), and the frozen versions
themselves (rfps).
"""
