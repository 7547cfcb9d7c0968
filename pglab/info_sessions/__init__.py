"""Information sessions: hours in which the program explains a published call and answers what people ask.

A *session* has a time, a place or a link, and perhaps a number of places. Whoever wants a *place* names a mailbox and
presses a button behind the link it gets; the same link gives the place up. The link to join is for who has a place.
Not here: written questions and their answers, which are official; what is said in a session is not.
"""
