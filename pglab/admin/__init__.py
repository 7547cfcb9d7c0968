"""Keeping the site running: health, people and their roles, the audit log, and the demo's clock in development.

Main words: *check* (one part of the site and whether it answers). Not here: proposals, scores, approvals. An
administrator sees none of them.
"""
