"""Error codes, alarms and part numbers as technicians write them.

The same fault is written ``E05``, ``E-05``, ``E.5`` or ``E 05``. A code is never stemmed nor split:
it becomes one canonical lexeme (``#e5``), kept apart from ordinary words.
"""

import re

_CODE = re.compile(
    r"""
    (?<![\w])(?:
        (?P<hexadecimal>0[xX][0-9A-Fa-f]{2,16})
      | (?P<letters>[A-Za-z]{1,6})[-._/]?(?P<digits>\d{1,8})(?P<tail>[A-Za-z0-9]{0,8})
      | (?P<capital>[A-Z])[ ](?P<spaced>\d{2,4})
      | (?i:err(?:ore|or)?|codice|code|cod|allarme|alarm|fault|anomalia|guasto)
        [\s.:#n°]{1,4}(?P<number>\d{1,6})
    )(?![\w])
    """,
    re.VERBOSE,
)


def find_codes(text: str) -> dict[str, str]:
    """Map each code of a text, in canonical form, to the first way it is written there.

    >>> find_codes("Caldaia in blocco, E-05 sul display (e05), poi errore 404.")
    {'e5': 'E-05', '404': 'errore 404'}
    >>> find_codes("Update 0x80070005 on ACS-350")
    {'0x80070005': '0x80070005', 'acs350': 'ACS-350'}
    >>> find_codes("Sono in 3 e la macchina è ferma")
    {}
    """
    codes = {}
    for match in _CODE.finditer(text or ""):
        codes.setdefault(_canonical(match), match[0])
    return codes


def without_codes(text: str) -> str:
    """Blank the codes out, so that what remains are words.

    >>> without_codes("blocco E05 caldaia").split()
    ['blocco', 'caldaia']
    """
    return _CODE.sub(" ", text or "")


def _canonical(match: re.Match) -> str:
    part = match.groupdict(default="")
    if code := part["hexadecimal"] or part["number"]:
        return code.lower()
    digits = (part["digits"] or part["spaced"]).lstrip("0") or "0"
    return f"{part['letters'] or part['capital']}{digits}{part['tail']}".lower()
