"""Tests of media: real files through the real ffmpeg."""
