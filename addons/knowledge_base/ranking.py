"""The ranking of similar problems: pure functions that build SQL, no database, no access rule.

A question is a list of *terms*. A term is one word of the question with its stems in the languages
in use, or one code. A term weighs by its rarity (inverse document frequency); an entry scores the
share of the question's weight it contains, more in its title than in its text, plus the trigram
likeness of its title. Only entries that contain one of the rarest terms are scored, so the cost
does not grow with the table but through the index.
"""

import math
from dataclasses import dataclass

from odoo.tools import SQL

MAX_TEXT = 2_000  # characters of a question that are read
MAX_TERMS = 24  # terms that are looked up
MAX_SCORED = 12  # terms that are scored: the rarest
BUDGET = 2_000  # entries scored at most; also where counting a term stops
MIN_SCORE = 0.3  # below this, silence is better than a wrong answer
# What proved to solve comes a little earlier, never instead of what is more similar.
PRIOR = SQL("least(0.1, 0.03 * ln(1 + solved_count))")
MIN_ENTRIES = 100  # rarity means little in a small base: pretend it has this many entries

# Weight of a word by label, as ts_rank wants them: {D, C, B, A}.
LABEL_WEIGHTS = "{0.2, 0.3, 0.5, 1.0}"
TRIGRAM_WEIGHT = 0.3
# ts_rank of a single word divides by π²/6, so that no number of repetitions passes 1.
RANK_OF_ONE = math.pi**2 / 6


@dataclass(frozen=True)
class Term:
    """One word or code of a question.

    :param written: as the person wrote it
    :param lexemes: what it is called in the index, one per language in use
    :param is_code: an error code or part number
    """

    written: str
    lexemes: tuple[str, ...]
    is_code: bool = False

    @property
    def query(self) -> str:
        """
        >>> Term("dell'acqua", ("acqu", "dell'acqua")).query
        "'acqu' | 'dell''acqua'"
        """
        return " | ".join(_quote(lexeme) for lexeme in self.lexemes)


@dataclass(frozen=True)
class WeighedTerm:
    term: Term
    frequency: int
    weight: float


def _quote(lexeme: str) -> str:
    return "'{}'".format(lexeme.replace("\\", "\\\\").replace("'", "''"))


def code_term(canonical: str, written: str) -> Term:
    return Term(written, (f"#{canonical}",), is_code=True)


def codes_vector(codes: list[str], label: str) -> str:
    """Text form of the tsvector that holds the codes.

    >>> codes_vector(["e5", "f28"], "A")
    "'#e5':1A '#f28':2A"
    """
    return " ".join(f"{_quote(f'#{code}')}:{i}{label}" for i, code in enumerate(codes[:200], 1))


def rarity(frequency: int, entries: int) -> float:
    """Inverse document frequency, never negative, defined for empty tables too.

    >>> rarity(1, 1000) > rarity(100, 1000) > rarity(1000, 1000) > 0
    True
    """
    entries = max(entries, MIN_ENTRIES, frequency)
    return math.log(1 + (entries - frequency + 0.5) / (frequency + 0.5))


def weigh(terms: list[Term], frequencies: list[int], entries: int) -> list[WeighedTerm]:
    """The rarest known terms first, then unknown ones, which weigh half: they may be typing errors
    or names, but a question made of them only should find nothing.
    """
    weighed = [
        WeighedTerm(term, frequency, rarity(frequency, entries) * (1.0 if frequency else 0.5))
        for term, frequency in zip(terms, frequencies, strict=True)
    ]
    known = sorted((w for w in weighed if w.frequency), key=lambda w: w.frequency)
    unknown = [w for w in weighed if not w.frequency]
    return (known + unknown)[:MAX_SCORED]


def candidate_query(weighed: list[WeighedTerm]) -> str:
    """Rare terms choose the candidates alone, common ones in pairs.

    >>> common = [WeighedTerm(Term(w, (w,)), BUDGET, 1.0) for w in ("acqua", "perde", "tubo")]
    >>> candidate_query([WeighedTerm(Term("E05", ("#e5",)), 3, 5.0), *common])
    "('#e5') | ('acqua') & ('perde') | ('acqua') & ('tubo') | ('perde') & ('tubo')"
    """
    known = [w for w in weighed if w.frequency]
    spent, alone = 0, []
    for w in known:
        spent += w.frequency
        if spent > BUDGET:
            break
        alone.append(w)
    common = known[len(alone) : len(alone) + 3]
    parts = [f"({w.term.query})" for w in alone]
    parts += [
        f"({a.term.query}) & ({b.term.query})"
        for i, a in enumerate(common)
        for b in common[i + 1 :]
    ]
    if not parts:
        parts = [f"({w.term.query})" for w in common]
    return " | ".join(parts)


def highlight_query(weighed: list[WeighedTerm]) -> str:
    """The words and codes to show in bold, codes as they are commonly written.

    >>> highlight_query([WeighedTerm(code_term("e5", "E05"), 1, 1.0)])
    "'#e5' | 'e05' | 'e5'"
    """
    lexemes = {}
    for w in weighed:
        lexemes |= dict.fromkeys(w.term.lexemes)
        if w.term.is_code:
            lexemes |= dict.fromkeys((w.term.written.lower(), w.term.lexemes[0].lstrip("#")))
    return " | ".join(map(_quote, lexemes))


def score_sql(weighed: list[WeighedTerm], question: str, has_trigram: bool) -> SQL:
    """Score of a row of ``candidate(tsv, title)``: about 0..1, more if it repeats the words."""
    total = sum(w.weight for w in weighed)
    score = SQL(" + ").join(
        SQL(
            "%s * ts_rank(%s::real[], candidate.tsv, %s::tsquery)",
            # an alternative of n lexemes is ranked by the mean of the n
            w.weight * RANK_OF_ONE * len(w.term.lexemes) / total,
            LABEL_WEIGHTS,
            w.term.query,
        )
        for w in weighed
        if w.frequency
    )
    if has_trigram:
        likeness = SQL("similarity(candidate.title, %s)", question)
        score = SQL("%s + %s * %s", score, TRIGRAM_WEIGHT, likeness)
    return score


def matched_sql(weighed: list[WeighedTerm]) -> SQL:
    """Which of the terms, by position, a row of ``entry(tsv)`` contains."""
    return SQL(
        "array_remove(ARRAY[%s]::int[], NULL)",
        SQL(", ").join(
            SQL("CASE WHEN entry.tsv @@ %s::tsquery THEN %s END", w.term.query, position)
            for position, w in enumerate(weighed)
        ),
    )
