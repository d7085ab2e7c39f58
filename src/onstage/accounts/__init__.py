"""People, their accounts, how they sign in and how they relate to each other."""
