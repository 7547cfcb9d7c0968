"""Questions about a call, and the City's official answers, read by everyone.

Main words: *question* (as it was asked, for program staff only), *wording* (how it is published, without who asked),
*second reader* (publishes what somebody else drafted), *published answer* (numbered, never changed), *correction* (a
newer edition under the same number). Not here: the questions of the proposal form, and addenda.
"""
