"""The database: session, typed base classes, column types that refuse bad values, and the one unit of work."""

import enum
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from app.core.errors import DomainError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Fen(TypeDecorator[int]):
    """Money in whole fen (1/100 yuan)."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise TypeError(f"money is whole fen, not {type(value).__name__}")
        return value


class Decimal6(TypeDecorator[Decimal]):
    """An exact decimal with up to six places, kept as a whole number of millionths.

    Both databases then sort, compare and CHECK it exactly; NaN and infinity cannot be written down.
    """

    impl = sa.BigInteger
    cache_ok = True
    SCALE = 10**6
    MILLIONTH = Decimal("0.000001")
    # What does not fit exactly is refused, whatever the precision of the surrounding arithmetic.
    EXACT = Context(prec=18, traps=[Inexact, InvalidOperation])

    def process_bind_param(self, value: object, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError(f"not a finite decimal: {value!r}")
        try:
            return int(self.EXACT.multiply(self.EXACT.quantize(value, self.MILLIONTH), self.SCALE))
        except DecimalException as error:
            raise ValueError(f"more than six decimals, or out of range: {value}") from error

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / self.SCALE


@compiles(sa.BigInteger, "sqlite")
@compiles(sa.Boolean, "sqlite")
def _integer(_type: Any, _compiler: Any, **_kw: Any) -> str:
    return "INTEGER"


@compiles(sa.String, "sqlite")
@compiles(sa.Enum, "sqlite")
@compiles(sa.DateTime, "sqlite")
@compiles(sa.Date, "sqlite")
@compiles(sa.Uuid, "sqlite")
def _text(_type: Any, _compiler: Any, **_kw: Any) -> str:
    # STRICT tables know five type names only; what does not fit them is text.
    return "TEXT"


class Base(DeclarativeBase):
    """Base of every table: one metadata, one naming convention, STRICT on SQLite."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UTCDateTime, date: sa.Date, uuid.UUID: sa.Uuid, bool: sa.Boolean},
    )

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805
        return table_args()


def table_args(*items: Any) -> tuple[Any, ...]:
    """Constraints of a table, with STRICT added: every model that names its own uses this."""
    return (*items, {"sqlite_strict": True})


class _UnderAct(Base):
    __abstract__ = True

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)

    @declared_attr
    def act_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805
        """The act under which the row was last written; its leaf in the trail exists when the transaction commits.

        Indexed, because writing a leaf makes the database look for rows that wait for it.
        """
        return mapped_column(sa.ForeignKey("trail_entries.id", deferrable=True, initially="DEFERRED"), index=True)


class Entity(_UnderAct):
    """A thing that changes in acts: versioned (the second of two writers is told), audited, never silently changed."""

    __abstract__ = True

    @declared_attr
    def row_version(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.row_version}


class AppendOnly(_UnderAct):
    """A fact that is written once, inside an act: signatures, versions of rules, stakes, names."""

    __abstract__ = True


class LabelledEnum(enum.StrEnum):
    """An enum whose members know their word; `LABELS` and `TONES` stand beside each enum."""

    @property
    def label(self) -> Any:
        return self.labels()[self.value]

    @property
    def tone(self) -> str:
        return self.tones().get(self.value, "neutral")

    @classmethod
    def labels(cls) -> dict[str, Any]:
        raise LookupError(f"{cls.__name__} has no labels")

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {}


class EnumWords:
    """Says the word of a value of an enum; a value that left the enum is said as it is."""

    def __init__(self, kind: type[LabelledEnum]) -> None:
        self.kind = kind

    def __call__(self, value: str) -> Any:
        return self.kind(value).label if value in self.codes else value

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.value for one in self.kind)


def words_of(kind: type[LabelledEnum]) -> EnumWords:
    """What says the word of a value of an enum."""
    return EnumWords(kind)


def enum_column(kind: type[enum.StrEnum], name: str, **options: Any) -> Any:
    """A column that stores the enum's values and CHECKs them by name."""
    values = sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(values, **options)


db = SQLAlchemy(model_class=Base, session_options={"autoflush": True}, disable_autonaming=True)

# True inside anything that will write: SQLite then takes its write lock first, so two writers queue instead of failing.
_writing: ContextVar[bool] = ContextVar("guanyun_writing", default=False)


def intend_to_write(writing: bool = True) -> None:
    """Declares before the first statement of a transaction whether it will write."""
    _writing.set(writing)


def prepare_engine(app: Flask) -> None:
    """Puts the connection rules on the app's engine (call once, inside the app context)."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    elif app.config["PRODUCTION"]:
        event.listen(engine, "connect", _refuse_undurable)
    app.extensions["guanyun_engine"] = engine


def _sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own transactions commit around DDL; ours begin explicitly, so that a kill leaves old or new, no mix.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA foreign_keys").fetchone()[0] != 1:
        raise RuntimeError("SQLite refuses to enforce foreign keys")


def _refuse_undurable(connection: Any, _record: Any) -> None:
    """Production does not work on a PostgreSQL that may lose what it has acknowledged."""
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit"):
            if cursor.execute(f"SHOW {setting}").fetchone()[0] == "off":
                raise RuntimeError(f"refusing to work: PostgreSQL runs with {setting}=off")
    connection.rollback()


def _sqlite_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@contextmanager
def unit_of_work() -> Iterator[None]:
    """One transaction of a command or job: commits at the end, rolls everything back on an error."""
    token = _writing.set(True)
    db.session.rollback()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


def remember(refusal: DomainError) -> None:
    """Keeps what is to be known of a refused attempt, once everything that was attempted is rolled back."""
    if refusal.remember is not None:
        with unit_of_work():
            refusal.remember()


@contextmanager
def second_transaction() -> Iterator[Session]:
    """A separate short transaction for what must survive a refusal: failed sign-ins, denials, session activity."""
    token = _writing.set(True)
    try:
        with Session(db.engine) as session, session.begin():
            yield session
    finally:
        _writing.reset(token)


def serialise(name: str) -> None:
    """Lets one transaction at a time past this point for a name, until it commits (SQLite has one writer anyway)."""
    if is_postgresql():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def engine_of(app: Flask) -> Engine:
    found: Engine = app.extensions["guanyun_engine"]
    return found
