"""The workbench: what waits for me, by deadline; navigation."""
