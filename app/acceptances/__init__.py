"""From a finished build to operation: acceptance item by item, trial run, final acceptance, handover and readiness."""
