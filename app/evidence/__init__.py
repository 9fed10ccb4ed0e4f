"""Evidence: files known by their digests, checked on the way in, never changed."""
