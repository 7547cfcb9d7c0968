"""A whole copy of the portal in one folder: the database as of one instant, every stored file, and a list of hashes.

Not here: the settings and their keys. They are kept where the City keeps secrets; without them nothing is readable.
"""
