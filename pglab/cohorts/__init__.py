"""The program's rounds and the City departments that host them.

Main words: *cohort* (called by its number), *challenge area* (a City problem startups answer), *host organization*.
Not here: the call itself, which is the cohort's RFP.
"""
