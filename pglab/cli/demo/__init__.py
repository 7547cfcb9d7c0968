"""`flask demo load`: a believable city, built through the services while the official time is moved along.

A *step* is one thing somebody does at one moment; the *story* is all steps in order. Made-up people and startups only,
all at example.org, and never in production. Not here: anything that a service would not let a person do.
"""
