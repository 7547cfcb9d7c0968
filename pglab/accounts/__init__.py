"""People and the startups they act for.

Main words: *user* (an account), *organization* (a startup), *membership* (what one may do for it),
*staff role* (what a City employee may do). Evaluator and champion are not roles: a panel seat and a pilot make them.
"""
