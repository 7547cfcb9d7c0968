"""The outside world, one module each behind a small typed surface.

File storage, mail and malware scanning are spoken to through a Protocol, so that a deployment can
swap the real service behind it. `embedded` is different: it starts PostgreSQL and a file store on the
developer's own machine. Nothing here knows a business rule.
"""
