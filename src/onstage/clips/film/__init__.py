"""From an upload to a film that plays everywhere: the jobs, and what is made of a film beside it."""
