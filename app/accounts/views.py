"""Pages of accounts: signing in and out, a person's own settings, and the administration of people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import actions, credentials, forms, queries
from app.accounts import second_factor as factors
from app.accounts.actions import NewAccount, NewToken
from app.accounts.identities import Scope, load_user, may_be_in, user_by_login
from app.accounts.models import SignInOutcome, User
from app.accounts.paths import local_path
from app.accounts.sessions import begin, end_session, key_hash, present, profile_of
from app.accounts.throttle import later
from app.audit.history import entries_about, timeline
from app.core.clock import now, today
from app.core.errors import NotFound, Problem
from app.core.forms import BaseForm
from app.core.permissions import Permission, Role, RoleClass, public, requires, signed_in
from app.core.web import actor_or_none, afterwards, current_actor, found_or_404
from app.organisations.queries import active_organisations, organisation_by_code

bp = Blueprint("accounts", __name__)

HOME = "/"
LANGUAGES = ("zh", "en")
# How long a right password waits for its code.
PENDING = timedelta(minutes=10)


def _address() -> str:
    return (request.remote_addr or "")[:60]


def _done(form: BaseForm, action: Callable[[], object]) -> bool:
    """Whether an action that gives nothing back was done."""
    return form.attempt(lambda: [action()]) is not None


# --- signing in and out ----------------------------------------------------------------------------------------------


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    wanted = local_path(request.args.get("next"))
    if request.method == "GET" and actor_or_none() is not None:
        return redirect(wanted or HOME)
    form = forms.SignInForm()
    login, given = (form.login.data or "").lower(), form.password.data or ""
    user = form.attempt(lambda: credentials.check_password(login, given, _address()))
    if user is None:
        return render_template("accounts/sign_in.html", form=form), form.status
    if credentials.door(user).code_needed:
        begin(pending_user_id=user.id, pending_since=now().timestamp(), next=wanted)
        return redirect(url_for("accounts.code"))
    return _enter(user, wanted)


def _enter(user: User, wanted: str) -> ResponseReturnValue:
    """Opens the session of a person under a new key; what is still owed is settled at the door."""
    standing = credentials.door(user)
    begin(user_id=user.id)
    if standing.password_change or standing.factor_setup:
        session["owed"] = True
    return redirect(wanted or HOME)


def _pending_user() -> User | None:
    since = now().timestamp() - float(session.get("pending_since", 0))
    user = load_user(session.get("pending_user_id", 0)) if since < PENDING.total_seconds() else None
    return user if may_be_in(user) else None


@bp.route("/second-factor", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    user = _pending_user()
    if user is None:
        return redirect(url_for("accounts.sign_in"))
    form, user_id, wanted = forms.CodeForm(), user.id, local_path(session.get("next"))
    given = form.code.data or ""
    if not _done(form, lambda: credentials.check_code(user, given, _address())):
        return render_template("accounts/code.html", form=form), form.status
    known = load_user(user_id)
    return _enter(known, wanted) if known else redirect(url_for("accounts.sign_in"))


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    actor = actor_or_none()
    if actor is not None:
        end_session(present().key)
        afterwards(later(actor.login, _address(), SignInOutcome.SIGNED_OUT))
    present().clear()
    return redirect(url_for("accounts.sign_in", ended=1))


@bp.post("/identity")
@signed_in
def identity() -> ResponseReturnValue:
    wanted = request.form.get("identity", "")
    chosen = next((one for one in current_actor().identities if str(one.id) == wanted), None)
    if chosen is None:
        raise NotFound
    session["membership_id"] = chosen.id
    present().renew()
    return redirect(HOME)


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    wanted = request.form.get("locale", "")
    if wanted not in LANGUAGES:
        raise NotFound
    session["locale"] = wanted
    came_from = urlsplit(request.referrer or "")
    query = f"?{came_from.query}" if came_from.query else ""
    back = local_path(f"{came_from.path}{query}") if came_from.netloc == request.host else ""
    return redirect(back or HOME)


# --- a person's own settings -----------------------------------------------------------------------------------------


def _me() -> User:
    """The signed-in person's own account."""
    found: User = found_or_404(load_user(current_actor().user_id or 0))
    return found


@bp.get("/profile")
@signed_in
def profile() -> ResponseReturnValue:
    user = _me()
    return render_template(
        "accounts/profile.html",
        page=queries.account_page(user),
        sessions=queries.sessions_of(user),
        present_hash=key_hash(present().key),
        identity=current_actor().identity,
    )


@bp.route("/profile/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    form, user, actor = forms.PasswordForm(), _me(), current_actor()
    old, new, key = form.old.data or "", form.new.data or "", present().key
    if _done(form, lambda: credentials.change_password(actor, user, old, new, key)):
        present().renew()
        flash(_("口令已修改，您在其他设备上的登录已全部退出。"), "success")
        return redirect(HOME if session.get("owed") else url_for("accounts.profile"))
    rules = profile_of(current_app)
    return render_template("accounts/password.html", form=form, rules=rules, owed=session.get("owed")), form.status


@bp.get("/profile/second-factor")
@signed_in
def second_factor() -> ResponseReturnValue:
    return _factor_page(forms.CodeForm())


def _factor_page(form: BaseForm) -> ResponseReturnValue:
    """Where the second factor stands; a secret that was begun is shown until it is confirmed."""
    user, begun = _me(), ""
    if user.totp_secret and user.totp_confirmed_at is None:
        begun = factors.decrypt(user.totp_secret)
    picture = factors.qr_svg_data_uri(factors.provisioning_uri(begun, user.login)) if begun else ""
    return render_template(
        "accounts/second_factor.html", form=form, user=user, secret=begun, picture=picture, owed=session.get("owed")
    ), form.status


@bp.post("/profile/second-factor/start")
@signed_in
def start_factor() -> ResponseReturnValue:
    credentials.start_second_factor(current_actor(), _me())
    return redirect(url_for("accounts.second_factor"))


@bp.post("/profile/second-factor/confirm")
@signed_in
def confirm_factor() -> ResponseReturnValue:
    form, user = forms.CodeForm(), _me()
    given = form.code.data or ""
    codes = form.attempt(lambda: credentials.confirm_second_factor(current_actor(), user, given))
    if codes is None:
        return _factor_page(form)
    present().renew()
    return render_template("accounts/recovery_codes.html", codes=codes, owed=session.get("owed"))


# --- administration of people ----------------------------------------------------------------------------------------


@bp.get("/accounts")
@requires(Permission.ACCOUNT_READ)
def index() -> ResponseReturnValue:
    listing = queries.accounts_list()
    return listing.export() or render_template("accounts/index.html", listing=listing.load())


@bp.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_CREATE)
def new() -> ResponseReturnValue:
    form, first = forms.AccountForm(), actions.first_password()
    if (user := form.attempt(lambda: actions.create_account(current_actor(), _account(form), first))) is not None:
        return render_template("accounts/first_password.html", user=user, password=first, reset=False)
    return render_template("accounts/new.html", form=form), form.status


def _account(form: forms.AccountForm) -> NewAccount:
    return NewAccount(
        login=form.login.data or "",
        name=form.name.data or "",
        role_class=RoleClass(form.role_class.data),
        phone=form.phone.data or "",
        expires_on=form.expires_on.day(),
    )


@bp.get("/accounts/<login>")
@requires(Permission.ACCOUNT_READ)
def detail(login: str) -> ResponseReturnValue:
    return _page(login, None)


def _page(login: str, form: BaseForm | None) -> ResponseReturnValue:
    """The page of an account; with what was refused when a form on it was sent in vain."""
    user = found_or_404(user_by_login(login))
    token_form = forms.TokenForm(formdata=None)
    return render_template(
        "accounts/detail.html",
        page=queries.account_page(user),
        refused=_refusals(form),
        roles=forms.roles_of(user.role_class),
        token_form=token_form,
        good=queries.token_is_good,
        organisations=active_organisations() if current_actor().may(Permission.MEMBERSHIP_CREATE) else (),
        acts=timeline(entries_about(f"account:{login}")),
        himself=current_actor().user_id == user.id,
        today=today(),
    ), form.status if form else 200


def _refusals(form: BaseForm | None) -> list[Problem]:
    """Every problem of a form that has no page of its own, those of fields with the name of the field."""
    if form is None:
        return []
    named = [(form[name].label.text, text) for name, texts in form.errors.items() if name in form for text in texts]
    return [*form.problems, *(Problem(what=text, place=str(label)) for label, text in named)]


def _settle(login: str, form: BaseForm, action: Callable[[User], Any], done: str) -> ResponseReturnValue:
    """One act on an account: back to its page, or the page again with what was refused."""
    user = found_or_404(user_by_login(login))
    if _done(form, lambda: action(user)):
        flash(done, "success")
        return redirect(url_for("accounts.detail", login=login))
    return _page(login, form)


@bp.post("/accounts/<login>/disable")
@requires(Permission.ACCOUNT_DISABLE)
def disable(login: str) -> ResponseReturnValue:
    form, actor = forms.ReasonForm(), current_actor()
    return _settle(login, form, lambda user: actions.disable_account(actor, user, form.words), _("账号已停用。"))


@bp.post("/accounts/<login>/enable")
@requires(Permission.ACCOUNT_ENABLE)
def enable(login: str) -> ResponseReturnValue:
    form, actor = forms.ReasonForm(), current_actor()
    return _settle(login, form, lambda user: actions.enable_account(actor, user, form.words), _("账号已启用。"))


@bp.post("/accounts/<login>/reset")
@requires(Permission.ACCOUNT_RESET)
def reset(login: str) -> ResponseReturnValue:
    form, actor, first = forms.ReasonForm(), current_actor(), actions.first_password()
    user = found_or_404(user_by_login(login))
    if _done(form, lambda: actions.reset_credentials(actor, user, form.words, first)):
        return render_template("accounts/first_password.html", user=user, password=first, reset=True)
    return _page(login, form)


@bp.post("/accounts/<login>/memberships")
@requires(Permission.MEMBERSHIP_CREATE)
def new_membership(login: str) -> ResponseReturnValue:
    form, actor = forms.MembershipForm(), current_actor()
    form.organisation.choices = [(one.code, one.name) for one in active_organisations()]

    def join(user: User) -> Any:
        employer = found_or_404(organisation_by_code(form.organisation.data))
        return actions.create_membership(actor, user, employer, form.post.data or "", form.valid_from.day() or today())

    return _settle(login, form, join, _("任职已登记，角色由安全管理员另行授予。"))


@bp.post("/accounts/<login>/memberships/<int:key>/end")
@requires(Permission.MEMBERSHIP_END)
def end_membership(login: str, key: int) -> ResponseReturnValue:
    form, actor = forms.EndMembershipForm(), current_actor()

    def end(user: User) -> Any:
        membership = found_or_404(queries.membership_of(user, key))
        return actions.end_membership(actor, membership, form.valid_until.day() or today(), form.words)

    return _settle(login, form, end, _("任职结束日期已登记，其角色随之失效。"))


@bp.post("/accounts/<login>/memberships/<int:key>/grants")
@requires(Permission.GRANT_GIVE)
def give(login: str, key: int) -> ResponseReturnValue:
    form, actor = forms.GrantForm(), current_actor()
    user = found_or_404(user_by_login(login))
    form.role.choices = forms.roles_of(user.role_class)

    def grant(one: User) -> Any:
        return actions.give_role(actor, found_or_404(queries.membership_of(one, key)), Role(form.role.data))

    return _settle(login, form, grant, _("角色已授予，对方下一次操作起生效。"))


@bp.post("/accounts/<login>/grants/<int:key>/revoke")
@requires(Permission.GRANT_REVOKE)
def revoke(login: str, key: int) -> ResponseReturnValue:
    form, actor = forms.ReasonForm(), current_actor()

    def take_back(user: User) -> Any:
        return actions.revoke_role(actor, found_or_404(queries.active_grant(user, key)), user, form.words)

    return _settle(login, form, take_back, _("角色已收回，对方下一次操作起失效。"))


@bp.post("/accounts/<login>/tokens")
@requires(Permission.TOKEN_CREATE)
def new_token(login: str) -> ResponseReturnValue:
    form, user = forms.TokenForm(), found_or_404(user_by_login(login))
    form.membership.choices = [(str(one.id), one.organisation.name) for one in user.memberships]
    made = form.attempt(lambda: actions.create_token(current_actor(), _chosen(user, form), _token(form)))
    if made is None:
        return _page(login, form)
    token, text = made
    return render_template("accounts/token.html", user=user, token=token, text=text)


def _chosen(user: User, form: forms.TokenForm) -> Any:
    return found_or_404(queries.membership_of(user, int(form.membership.data)))


def _token(form: forms.TokenForm) -> NewToken:
    scopes = tuple(Scope(one) for one in form.scopes.data or ())
    return NewToken(name=form.name.data or "", scopes=scopes, expires_on=form.expires_on.day() or today())


@bp.post("/accounts/<login>/tokens/<int:key>/revoke")
@requires(Permission.TOKEN_REVOKE)
def revoke_token(login: str, key: int) -> ResponseReturnValue:
    form, actor = forms.ReasonForm(), current_actor()

    def take_back(user: User) -> Any:
        return actions.revoke_token(actor, found_or_404(queries.token_of(user, key)), form.words)

    return _settle(login, form, take_back, _("令牌已吊销，立即失效。"))


# --- what the audit administrator reads ------------------------------------------------------------------------------


@bp.get("/audit/sign-ins")
@requires(Permission.AUDIT_READ)
def sign_ins() -> ResponseReturnValue:
    listing = queries.sign_ins_list()
    return listing.export() or render_template("audit/sign_ins.html", listing=listing.load())


@bp.get("/audit/denials")
@requires(Permission.AUDIT_READ)
def denials() -> ResponseReturnValue:
    listing = queries.denials_list()
    return listing.export() or render_template("audit/denials.html", listing=listing.load())


@bp.app_template_global("people_in")
def people_in(organisation_id: int) -> int:
    """How many people work in an organisation: lower rooms show it without knowing people."""
    return queries.count_people(organisation_id)
