"""How clips end: deleted, removed, closed with their account, with a receipt; and that nothing of it rises again."""
