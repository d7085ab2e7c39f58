"""Which clips come next, and why."""
