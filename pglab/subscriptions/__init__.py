"""News about cohorts, and the people without an account who asked to be told of it.

A *news item* is one public fact of a cohort, written once by whoever made it so (`announce`) and never changed. A
*follower* is a mailbox whose owner pressed a button behind a link; they choose *topics* and how often. Pages and feeds
show the items, mails carry them, each to each follower once. Not here: what applicants are owed (their own notices).
"""
