"""Outages: when the site, or a part of it, did not work. Staff note them, everyone reads them on /status, and a
deadline may be moved because of one. Not here: whether the site works now (admin), and moving a deadline."""
