"""What people say to a clip: asking, yes and no, who appears, who changes what; each act is decided by the rules."""
