"""The ledger of services: what is run, for whom, counted in which unit."""
