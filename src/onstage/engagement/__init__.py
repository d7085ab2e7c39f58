"""What people do with clips: plays, likes, comments, saves, and the counts of them."""
