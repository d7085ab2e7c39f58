"""Ways in: passwords, passkeys, sessions and tokens, and ways back in for who has lost theirs."""
