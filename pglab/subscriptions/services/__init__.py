"""What is announced, and what followers do, one function a use case."""

from pglab.subscriptions.services.announcing import announce

__all__ = ["announce"]
