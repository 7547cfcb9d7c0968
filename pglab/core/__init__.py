"""What every domain stands on: the database session, errors, time, money, text, references.

Nothing here knows a domain or HTTP.
"""
