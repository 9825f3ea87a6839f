"""A service from its first question to its receipt, without a window."""
