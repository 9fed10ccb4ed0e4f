"""People, their organisations and roles, sign-in with a second factor, sessions and tokens."""
