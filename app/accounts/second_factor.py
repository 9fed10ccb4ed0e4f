"""The second factor: time-based one-time codes (RFC 6238) and recovery codes, secrets encrypted at rest."""

import base64
import hashlib
import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet
from flask import current_app

STEP_SECONDS = 30
ISSUER = "Guanyun"
RECOVERY_CODES = 8


def new_secret() -> str:
    return pyotp.random_base32()


def encrypt(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    return _cipher().decrypt(stored.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"totp/" + str(current_app.config["SECRET_KEY"]).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def matching_step(secret: str, code: str, moment: datetime) -> int | None:
    """The time step that the code belongs to (one step of tolerance each way), or None."""
    digits = code.replace(" ", "")
    present = int(moment.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS), digits.encode("ascii", "replace").decode()):
            return step
    return None


def provisioning_uri(secret: str, login: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def qr_svg_data_uri(uri: str) -> str:
    """The QR code as a data: image, which the content policy allows."""
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=2))


def new_recovery_codes() -> list[str]:
    """Eight one-time codes of 50 random bits."""
    return [
        f"{code[:5]}-{code[5:]}"
        for code in (base64.b32encode(secrets.token_bytes(7)).decode()[:10] for _ in range(RECOVERY_CODES))
    ]


def recovery_digest(code: str) -> str:
    bare = code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(b"recovery/" + bare.encode()).hexdigest()
