"""What the City decides on the ranking, and when startups are told.

Main words: *decision* (award, reserve or not selected), *release* (all at once, by a second person), *award response*.
Not here: agreements and pilots, which follow an accepted award.
"""
