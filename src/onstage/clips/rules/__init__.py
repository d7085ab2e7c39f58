"""What the consent rules say of a clip: who must agree, each event with its guard and effect, what never happens. Pure."""
