"""Clips: their life from upload to erasure, and who may see them."""
