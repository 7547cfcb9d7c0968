"""Pages for everyone: home, cohorts, awards, transparency, help. Reads only what is published."""
