"""JSON API v1 for other systems, health and metrics."""
