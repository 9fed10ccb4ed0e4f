"""The language in which a page, an answer or a command speaks."""

from flask import has_request_context, request, session

LOCALES = ("zh", "en")


def chosen_locale() -> str:
    """The language a person chose; Chinese unless another was chosen (API: Accept-Language; commands: Chinese)."""
    if not has_request_context():
        return LOCALES[0]
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LOCALES) or LOCALES[0]
    wanted = session.get("locale")
    return wanted if wanted in LOCALES else LOCALES[0]
