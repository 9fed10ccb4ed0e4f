"""Log lines: one JSON object each on standard error, with plain stack traces and never the values of variables."""

import sys
from typing import Any

import structlog


def configure() -> None:
    """Replaces structlog's defaults, which print every local variable of a failure: passwords and keys too."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        logger_factory=_to_standard_error,
    )


def _to_standard_error(*_names: Any) -> structlog.PrintLogger:
    # Asked for at each line, so that a replaced stream is respected; standard output belongs to commands.
    return structlog.PrintLogger(sys.stderr)
