"""What stands around the product: the proxy in front of it, and the people who come."""
