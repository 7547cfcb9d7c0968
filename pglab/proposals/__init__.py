"""A startup's answer to an RFP: drafted together, submitted before the deadline, sealed until two people open it.

Main words: *draft*, *submission* (numbered, signed, never changed), *receipt*, *refusal* (a signed late try),
*opening*, *reader grant* (who may read which proposal). Not here: screening and scoring.
"""
