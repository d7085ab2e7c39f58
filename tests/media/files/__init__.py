"""Files that people upload, good and bad; LICENSES.md says where each comes from, make.py makes more."""
