"""Work that is done later, exactly as far as it got: a lease queue in the database, and the workers that empty it."""
