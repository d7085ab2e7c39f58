"""What a joint account with minors shows of itself: name, handle, picture and bio, asked about like a clip (consent.md R14)."""
