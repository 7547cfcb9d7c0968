"""Files people give us: taken in whole, looked into, kept under a random key, never changed.

A document is one stored file with its hash, size, type and pages. What it means (a pitch deck, a deliverable) and who
may read it is known to the domain that owns the attachment; that domain also serves it, through `document_response`.
A file may come with a form or in parts straight to the store (`Upload`); a virus scan (`DocumentScan`) follows.
Not here: who may see a file, replacing a file (a new document is received and the attachment points to it).
"""
