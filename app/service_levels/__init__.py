"""How well a service was kept up and used: availability from status events, exclusions, error budgets, usage."""
