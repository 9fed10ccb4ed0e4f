"""How well a service was kept up: intervals from status events, availability, error budgets and burn rates."""
