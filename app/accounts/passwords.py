"""Password rules by policy profile, hashing, and the reasons a new password is refused."""

import re
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True)
class PasswordProfile:
    """Limits of one policy. `asvs` follows OWASP ASVS 5.0 V6.2, `dengbao3` GB/T 22239-2019 8.1.4.1."""

    name: str
    min_length: int
    max_length: int
    classes: int
    max_age: timedelta | None
    failures: int
    window: timedelta
    idle: timedelta
    lifetime: timedelta
    second_factor: bool


PROFILES = {
    "asvs": PasswordProfile(
        name="asvs",
        min_length=12,
        max_length=128,
        classes=0,
        max_age=None,
        failures=5,
        window=timedelta(minutes=15),
        idle=timedelta(minutes=60),
        lifetime=timedelta(hours=12),
        second_factor=False,
    ),
    "dengbao3": PasswordProfile(
        name="dengbao3",
        min_length=8,
        max_length=128,
        classes=3,
        max_age=timedelta(days=90),
        failures=5,
        window=timedelta(minutes=30),
        idle=timedelta(minutes=30),
        lifetime=timedelta(hours=12),
        second_factor=True,
    ),
}

# Words that people in this field would choose first; a password built around one of them is refused.
_CONTEXT = (
    "password",
    "passw0rd",
    "guanyun",
    "admin",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "woaini",
    "iloveyou",
    "letmein",
    "welcome",
    "mima",
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", string.digits + "0", string.ascii_lowercase)

# Argon2id, 19 MiB, t=2, p=1 (OWASP minimum). Two at once: a flood of sign-ins cannot take the memory of the machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slots = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    with _slots:
        return _hasher.hash(password)


def verify_password(stored: str, password: str) -> bool:
    """True when the password fits; costs the same for accounts that do not exist (see NOBODY)."""
    with _slots:
        try:
            return _hasher.verify(stored, password[:1024])
        except (VerificationError, InvalidHashError):
            return False


# Verified against when the login is unknown, so that the answer takes as long as for a known one.
NOBODY = _hasher.hash("nobody has this password")


def weaknesses(profile: PasswordProfile, password: str, login: str, name: str) -> list[str]:
    """Codes of everything wrong with a new password: short, long, classes, personal, common, repeated, sequence."""
    lowered = password.lower()
    found = []
    if len(password) < profile.min_length:
        found.append("short")
    if len(password) > profile.max_length:
        found.append("long")
    if character_classes(password) < profile.classes:
        found.append("classes")
    if any(part and part.lower() in lowered for part in (login, name)):
        found.append("personal")
    if len(_without_common(lowered)) < profile.min_length - 6:
        found.append("common")
    if len(set(password)) < min(5, profile.min_length):
        found.append("repeated")
    if _longest_run(lowered) >= 6:
        found.append("sequence")
    return found


def character_classes(password: str) -> int:
    """How many of lower case, upper case, digits, other characters occur."""
    patterns = ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")
    return sum(bool(re.search(pattern, password)) for pattern in patterns)


def _without_common(lowered: str) -> str:
    for word in _CONTEXT:
        lowered = lowered.replace(word, "")
    return re.sub(r"(19|20)\d\d|123+|321", "", lowered)


def _longest_run(lowered: str) -> int:
    """Length of the longest piece that follows a keyboard row or the alphabet, in either direction."""
    best = 0
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for start in range(len(lowered)):
            length = 0
            while start + length < len(lowered) and lowered[start : start + length + 1] in row:
                length += 1
            best = max(best, length)
    return best


def must_change(profile: PasswordProfile, changed_at: datetime, moment: datetime) -> bool:
    """Whether the password is older than the profile allows."""
    return profile.max_age is not None and moment - changed_at > profile.max_age
