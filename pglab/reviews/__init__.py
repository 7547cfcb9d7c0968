"""How opened proposals are judged: by a panel whose members declare conflicts first and score against the rubric.

Main words: *panel member*, *conflict declaration*, *recusal*, *score sheet* (draft, final, signed), *official score*,
*ranking*. Not here: what the City decides on the ranking.
"""
