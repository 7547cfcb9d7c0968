"""From an accepted award to a finished pilot: agreement, milestones, deliverables, acceptance.

Main words: *agreement* (drafted, executed), *pilot*, *milestone*, *deliverable version*, *acceptance*, *champion*.
Not here: paying for accepted milestones.
"""
