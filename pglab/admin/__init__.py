"""People, roles, health and the audit log for administrators. No proposal content, no scores, no approvals."""
