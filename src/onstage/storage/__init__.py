"""Bytes: finished objects in a folder or on S3, and uploads that are still coming."""
