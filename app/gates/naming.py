"""Whether what somebody wrote names an organisation or a person, whatever blanks, widths or marks were typed."""

import unicodedata

# Two letters are in order in too many names.
SHORTEST = 3


def squeezed(text: str) -> str:
    """Letters and digits alone, of one width, in small letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")


def names(written: str, known: str | None) -> bool:
    """The name as it is known, or one that holds it: a department of an organisation is that organisation."""
    name = squeezed(known or "")
    return bool(name) and name in squeezed(written)


def shortens(written: str, known: str | None) -> bool:
    """Whether it may be a short form: every letter of it in order in the name (人社厅: 人力资源和社会保障厅)."""
    short, letters = squeezed(written), iter(squeezed(known or ""))
    return len(short) >= SHORTEST and all(letter in letters for letter in short)


def same(written: str, known: str) -> bool:
    return bool(squeezed(written)) and squeezed(written) == squeezed(known)
