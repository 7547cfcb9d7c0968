"""What the product owes people: notices, the mails that carry them, and the queue of work to be done later.

A notice is written in the transaction that causes it, together with its mail and the job that delivers it: all of them
exist, or none. The worker only delivers. A mail is sent at least once and always with the same Message-ID, so that a
second copy can be recognized. Not here: what a notice says (its domain's templates) and who is owed it (`notices.py`).
"""
