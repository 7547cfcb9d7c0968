"""What happened, who did it and when: an append-only, hash-chained log written in the same transaction as the change.

An *audit event* is one entry; the *chain* links each to the one before it. Not here: web server logs.
"""
