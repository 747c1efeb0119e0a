"""What PostgreSQL can do for the search: configurations, extensions, and how to do without.

Each language gets a configuration ``campo_<language>``: PostgreSQL's stemmer after ``unaccent``.
Where ``unaccent`` may not be had, the stock configuration serves: accents count, nothing fails.
"""

from odoo.sql_db import Cursor
from odoo.tools import SQL

PREFIX = "campo_"
# Languages for which PostgreSQL brings a stemmer (ISO 639-1 → stock configuration).
STEMMERS = {
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
# Odoo counts a function `unaccent` of the public schema as its own accent-free search, which warns
# about trigram indexes unless the function is immutable. In a schema of its own it changes nothing
# (its name must not be that of a database role, else it would become the current schema).
UNACCENT_SCHEMA = "campo_search"


def readable(text) -> str:
    """What somebody typed or pasted, as PostgreSQL takes it: without zero bytes, nor half a
    character where a text was cut within one.

    >>> readable("pompa\\x00ferma \\ud83d"), readable(None)
    ('pompa ferma ', '')
    """
    return str(text or "").replace("\x00", " ").encode("utf-8", "ignore").decode()


def create_configurations(cr: Cursor) -> None:
    """Create the extensions we may create and one configuration per language; idempotent."""
    _create_extension(cr, "pg_trgm", schema=None)
    _create_extension(cr, "unaccent", schema=UNACCENT_SCHEMA)
    unaccent = _unaccent_dictionary(cr)
    if not unaccent:
        return
    present = _configurations(cr)
    for language, stock in {**STEMMERS, "simple": "simple"}.items():
        name = PREFIX + language
        if name in present or stock not in present:
            continue
        stemmer = SQL.identifier("pg_catalog", "simple" if stock == "simple" else f"{stock}_stem")
        cr.execute(
            SQL(
                "CREATE TEXT SEARCH CONFIGURATION %s (COPY = %s)",
                SQL.identifier(name),
                SQL.identifier("pg_catalog", stock),
            )
        )
        cr.execute(
            SQL(
                "ALTER TEXT SEARCH CONFIGURATION %s ALTER MAPPING FOR"
                " asciiword, word, asciihword, hword, hword_asciipart, hword_part WITH %s, %s",
                SQL.identifier(name),
                unaccent,
                stemmer,
            )
        )


def drop_configurations(cr: Cursor) -> None:
    for name in _configurations(cr):
        if name.startswith(PREFIX):
            cr.execute(SQL("DROP TEXT SEARCH CONFIGURATION IF EXISTS %s", SQL.identifier(name)))


def available_configurations(cr: Cursor) -> dict[str, str]:
    """Map each language code, and ``simple``, to the best configuration there is."""
    present = _configurations(cr)
    return {
        language: PREFIX + language if PREFIX + language in present else stock
        for language, stock in {**STEMMERS, "simple": "simple"}.items()
        if stock in present
    }


def has_unaccent(cr: Cursor) -> bool:
    """Whether texts are read without their accents."""
    return _unaccent_dictionary(cr) is not None


def has_operator_class(cr: Cursor, name: str) -> bool:
    """Whether an extension that brings this operator class was created in the database."""
    cr.execute(
        SQL(
            "SELECT FROM pg_opclass WHERE opcname = %s AND pg_opclass_is_visible(oid)",
            name,
        )
    )
    return bool(cr.rowcount)


def has_index(cr: Cursor, name: str) -> bool:
    """Whether an index serves. It goes with its extension at any time: never cache the answer."""
    cr.execute(SQL("SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid", name))
    return bool(cr.rowcount)


def _configurations(cr: Cursor) -> set[str]:
    cr.execute("SELECT cfgname FROM pg_ts_config WHERE pg_ts_config_is_visible(oid)")
    return {name for [name] in cr.fetchall()}


def _unaccent_dictionary(cr: Cursor) -> SQL | None:
    cr.execute(
        """
        SELECT space.nspname
          FROM pg_ts_dict dict
          JOIN pg_namespace space ON space.oid = dict.dictnamespace
         WHERE dict.dictname = 'unaccent'
        """
    )
    row = cr.fetchone()
    return SQL.identifier(row[0], "unaccent") if row else None


def _create_extension(cr: Cursor, name: str, schema: str | None) -> None:
    """Create a *trusted* extension when the server brings it and we may; else leave it be."""
    cr.execute(
        """
        SELECT bool_or(version.trusted) AND has_database_privilege(current_database(), 'CREATE')
          FROM pg_available_extension_versions version
         WHERE version.name = %(name)s
           AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = %(name)s)
        """,
        {"name": name},
    )
    if not cr.fetchone()[0]:
        return
    if schema is None:
        cr.execute(SQL("CREATE EXTENSION IF NOT EXISTS %s", SQL.identifier(name)))
        return
    cr.execute(SQL("CREATE SCHEMA IF NOT EXISTS %s", SQL.identifier(schema)))
    cr.execute(
        SQL(
            "CREATE EXTENSION IF NOT EXISTS %s WITH SCHEMA %s",
            SQL.identifier(name),
            SQL.identifier(schema),
        )
    )
