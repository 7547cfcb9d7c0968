"""Messages that visitors write to the program, and the answers of staff. A message has a reference and is kept; what
concerns an open call is asked in public instead (questions), and what concerns a pilot in its workspace (pilots)."""
