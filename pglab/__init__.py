"""PGH Lab: the City of Pittsburgh's startup incubator, run as a real procurement."""
