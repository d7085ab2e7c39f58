"""Guardians: who becomes one and how that is checked, what they see, set and say beforehand, and the time of a child."""
