"""What a person does with his own credentials: sign in, new password, second factor."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.accounts import second_factor, throttle
from app.accounts.identities import actor_of, may_be_in, user_by_login
from app.accounts.models import SignInOutcome, UsedCode, User
from app.accounts.passwords import NOBODY, PasswordProfile, hash_password, must_change, verify_password, weaknesses
from app.accounts.sessions import end_sessions, profile_of
from app.audit import act
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import db, second_transaction
from app.core.errors import Problem, Refused
from app.core.permissions import Permission
from app.core.web import afterwards


@dataclass(frozen=True)
class Door:
    """What a person must still do before the work begins."""

    code_needed: bool
    password_change: bool
    factor_setup: bool


def check_password(login: str, password: str, ip: str) -> User:
    """The account that login and password belong to; one answer for every kind of failure, throttled first."""
    db.session.rollback()
    profile = profile_of(current_app)
    if not throttle.reserve(login, ip, profile):
        raise Refused(
            Problem(
                _("尝试次数过多，暂时不能登录。"),
                remedy=_("请在 %(n)s 分钟后重试，或联系系统管理员重置。", n=int(profile.window.total_seconds() // 60)),
            )
        )
    user = user_by_login(login)
    stored = user.password_hash if user else NOBODY
    welcome, code_needed = may_be_in(user), user is not None and user.totp_confirmed_at is not None
    # Nothing of the account is read after this: on SQLite a reading request holds the lock that a record needs.
    db.session.rollback()
    fits = verify_password(stored, password)
    if user is None or not fits or not welcome:
        throttle.record(login, ip, SignInOutcome.BARRED if fits and user else SignInOutcome.WRONG_PASSWORD)
        raise Refused(
            Problem(
                _("登录名或口令不正确，或账号已停用、到期。"),
                remedy=_("请检查后重试；忘记口令请联系系统管理员重置。"),
            )
        )
    if not code_needed:
        throttle.record(login, ip, SignInOutcome.SUCCESS)
    return user


def door(user: User) -> Door:
    """What stands between this person and the work, by policy profile."""
    profile = profile_of(current_app)
    return Door(
        code_needed=user.totp_confirmed_at is not None,
        password_change=user.must_change_password or must_change(profile, user.password_changed_at, now()),
        factor_setup=profile.second_factor and user.totp_confirmed_at is None,
    )


def check_code(user: User, code: str, ip: str) -> None:
    """Accepts a one-time code or a recovery code, each once; guesses are throttled like passwords."""
    login = user.login
    guesses = f"{login}#code"[:60]
    db.session.rollback()
    if not throttle.reserve(guesses, ip, profile_of(current_app)):
        raise Refused(Problem(_("尝试次数过多，请稍后再试。"), place="code"))
    if _code_fits(user, code) or _use_recovery_code(user, code):
        for name in (login, guesses):
            afterwards(throttle.later(name, ip, SignInOutcome.SUCCESS))
        return
    db.session.rollback()
    throttle.record(login, ip, SignInOutcome.WRONG_CODE)
    raise Refused(
        Problem(_("动态码不正确或已用过。"), remedy=_("请等待下一个动态码；手机时间须与标准时间一致。"), place="code")
    )


def _code_fits(user: User, code: str) -> bool:
    if not user.totp_secret:
        return False
    step = second_factor.matching_step(second_factor.decrypt(user.totp_secret), code, now())
    user_id = user.id
    db.session.rollback()
    if step is None:
        return False
    try:
        with second_transaction() as session:
            session.add(UsedCode(user_id=user_id, step=step))
    except sa.exc.IntegrityError:
        return False
    return True


def _use_recovery_code(user: User, code: str) -> bool:
    digest = second_factor.recovery_digest(code)
    left = user.recovery_hashes.split()
    if digest not in left:
        return False
    with act(actor_of(user), Permission.PROFILE_UPDATE, ref=f"account:{user.login}", reason=_("使用备用码登录")):
        user.recovery_hashes = " ".join(one for one in left if one != digest)
    return True


def change_password(actor: Actor, user: User, old: str, new: str, session_key: str) -> None:
    """Sets a new password; every other session of the person ends."""
    profile = profile_of(current_app)
    problems = [
        Problem(text, place="new") for text in explain(profile, weaknesses(profile, new, user.login, user.name))
    ]
    if not verify_password(user.password_hash, old):
        problems.append(Problem(_("现用口令不正确。"), place="old"))
    elif old == new:
        problems.append(Problem(_("新口令与现用口令相同。"), place="new"))
    if problems:
        raise Refused(problems)
    with act(actor, Permission.PROFILE_UPDATE, ref=f"account:{user.login}", reason=_("修改口令")):
        user.password_hash = hash_password(new)
        user.password_changed_at = now()
        user.must_change_password = False
    end_sessions(user.id, session_key)


def explain(profile: PasswordProfile, codes: list[str]) -> list[str]:
    """Reasons in words for the codes of `weaknesses`."""
    words = {
        "short": _("口令太短，至少 %(n)s 个字符。", n=profile.min_length),
        "long": _("口令太长，最多 %(n)s 个字符。", n=profile.max_length),
        "classes": _("口令须包含大写字母、小写字母、数字、符号中的至少 %(n)s 类。", n=profile.classes),
        "personal": _("口令中不要包含登录名或姓名。"),
        "common": _("口令过于常见，容易被猜到。"),
        "repeated": _("口令中不同的字符太少。"),
        "sequence": _("口令中有过长的键盘或字母顺序。"),
    }
    return [words[code] for code in codes]


def start_second_factor(actor: Actor, user: User) -> str:
    """Stores a fresh secret that counts only after confirmation; returns it for the person's device."""
    if user.totp_confirmed_at is not None:
        raise Refused(Problem(_("动态码已经启用。"), remedy=_("如更换手机，请联系系统管理员重置。")))
    secret = second_factor.new_secret()
    with act(actor, Permission.PROFILE_UPDATE, ref=f"account:{user.login}", reason=_("生成动态码密钥")):
        user.totp_secret = second_factor.encrypt(secret)
    return secret


def confirm_second_factor(actor: Actor, user: User, code: str) -> list[str]:
    """Turns the second factor on once the device shows the right code; returns recovery codes, shown once."""
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        raise Refused(Problem(_("请先生成密钥。"), place="code"))
    step = second_factor.matching_step(second_factor.decrypt(user.totp_secret), code, now())
    if step is None:
        raise Refused(
            Problem(_("动态码不正确。"), remedy=_("请检查手机时间后，输入当前显示的 6 位数字。"), place="code")
        )
    codes = second_factor.new_recovery_codes()
    with act(actor, Permission.PROFILE_UPDATE, ref=f"account:{user.login}", reason=_("启用动态码")):
        user.totp_confirmed_at = now()
        user.recovery_hashes = " ".join(second_factor.recovery_digest(one) for one in codes)
    # The code that confirmed the device has been shown and typed: it opens no session afterwards.
    db.session.merge(UsedCode(user_id=user.id, step=step))
    return codes
