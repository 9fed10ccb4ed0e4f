"""Which address may follow a sign-in: a path of this site and nothing that a browser could read as another site."""

import re

# One slash first and no second, no backslash, no blank or control character anywhere (browsers drop some of them).
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\xa0\u2028\u2029]*")
LONGEST = 2000


def local_path(given: object) -> str:
    """The path as it was given when it is safe to go there, otherwise nothing."""
    safe = isinstance(given, str) and len(given) <= LONGEST and _LOCAL.fullmatch(given)
    return str(given) if safe and not str(given).startswith("/sign-") else ""
