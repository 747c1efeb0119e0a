"""The ranking of similar problems: pure functions that build SQL, no database, no access rule.

A question is a list of *terms*. A term is one word of the question with its stems in the languages
in use, or one code. A term weighs by its rarity (inverse document frequency); an entry scores the
share of the question's weight it contains, more in its title than in its text, plus the trigram
likeness of its title. Only entries that contain one of the rarest terms are scored, so the cost
does not grow with the table but through the index.

A solution is also found by the cases it solved (its *aliases*): it scores as the best of them does,
as far as they are more like the question than itself. The weights were chosen on public sets
(docs/knowledge-bench.md).
"""

import math
from dataclasses import dataclass, replace
from itertools import combinations

from odoo.tools import SQL

MAX_TEXT = 2_000  # characters of a question that are read
MAX_TERMS = 24  # terms that are looked up
MAX_SCORED = 12  # terms that are scored: the rarest
BUDGET = 2_000  # entries scored at most; also where counting a term stops
BUDGET_OF_MANY = 1_000  # the same in a large index: there each costs a read from the disk
RARE = 100  # entries with a term by last night's count; below, they are counted as they are now
PAIRED = 5  # terms that are too common to be looked up alone, and may be in pairs
SMALL = 5_000  # entries up to which terms are counted as they are now, and any pair is looked up
LIKENED = 300  # entries, the best by words, whose titles are compared by trigrams
SEPARATE_LABELS_UP_TO = 5_000  # finds; beyond, one ts_rank a term ranks all labels together
# An entry convinces by its share of the question's weight:
MIN_COVERAGE = 0.3  # of whatever words,
MIN_COVERAGE_OF_WORDS = 0.2  # of two words or more,
MIN_LIKENESS = 0.13  # or by the trigrams of its title, or by a code.
# Silence is better than a wrong answer: one answer has to have nearly all words of the question,
SURE_COVERAGE = 0.8
# or the best one has to say much: its score, times the root of the question's weight. Of a question
# of many rare words a small share is no chance, of one of few common words it is.
SURE_WORDS = 1.2
SURE_FUSED = 0.1  # with an encoder, its score;
SURE_FUSED_ACROSS = 0.06  # in another language, where the same is less near in meaning
KNOWN_BY = 2  # stop words that tell a question's language
# With an encoder: how much words and trigrams count beside the meaning, and when it convinces.
WORDS_SHARE, WORDS_SHARE_ACROSS, LIKENESS_SHARE = 0.4, 0.2, 0.3
WORDS_POWER = 1.5  # few words in common say little, most of them say much
MEANING_POWER = 2  # so does a meaning that is near beside one that is not far
ALIAS_SHARE = 0.7  # of a solution's score that is its best case's, where that is the better one
COSINE_OF_WORDS = 0.6  # what words in common let expect of the meaning
MIN_FUSED = 0.05  # not shown below
MIN_COSINE = 0.35  # from here on "similar in meaning"
MAX_FUSED = 1_000  # entries that are compared by words and meaning
MAX_PRIOR = 0.1  # what proved to solve comes a little earlier, never instead of what is alike
# The same customer, product or serial number as the asking record; together at most MAX_KINSHIP.
SAME_CUSTOMER, SAME_TAG, SAME_CODE = 0.02, 0.03, 0.04
MAX_KINSHIP = 0.05
UNKNOWN_SHARE = 0.6  # of the weight of a word nobody used yet
ASKING_SHARE = 0.5  # of the weight of a word with which people ask, whatever they ask about
CODE_BOOST = 2.5  # how many words a code is worth
MIN_ENTRIES = 100  # rarity means little in a small base: pretend it has this many entries

# Weight of a word by label: solution, tags, problem, title.
SOLUTION_WEIGHT, TAGS_WEIGHT, PROBLEM_WEIGHT, TITLE_WEIGHT = 0.2, 0.8, 0.5, 1.0
LENGTH_SHARE = 0.3  # how much of a text's weight depends on its length
TITLE_LENGTH_SHARE = 0.2  # the same of a title
WEIGHT_SCALE = 1 - TITLE_LENGTH_SHARE  # ts_rank takes no weight above 1: a short title's would be
SATURATION = 1.0  # the rank at which a word has said half of what it can
TRIGRAM_WEIGHT = 0.5
# ts_rank of a single word divides by π²/6, so that no number of repetitions passes 1.
RANK_OF_ONE = math.pi**2 / 6


@dataclass(frozen=True)
class Term:
    """One word or code of a question.

    :param written: as the person wrote it
    :param lexemes: what it is called in the index, one per language in use
    :param is_code: an error code or part number
    :param is_asking: a word of any question, see `asking_words`
    """

    written: str
    lexemes: tuple[str, ...]
    is_code: bool = False
    is_asking: bool = False

    @property
    def query(self) -> str:
        """
        >>> Term("dell'acqua", ("acqu", "dell'acqua")).query
        "'acqu' | 'dell''acqua'"
        """
        return " | ".join(_quote(lexeme) for lexeme in self.lexemes)

    def mended(self, likely: dict[str, str]) -> "Term":
        """The term as it was probably meant.

        >>> Term("caldia", ("cald", "caldia")).mended({"caldia": "caldai"}).lexemes
        ('caldai',)
        """
        lexemes = tuple(dict.fromkeys(likely[name] for name in self.lexemes if name in likely))
        return replace(self, lexemes=lexemes) if lexemes else self


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


def language_of(stems: list[list[list[str]]]) -> tuple[int, bool]:
    """Position of the language that takes most words of a question for stop words, and whether it
    is known to be that one: by two words and more than any other does. Else it is a guess.

    :param stems: for each word its stems in each language; none for a stop word

    >>> language_of([[["il"], []], [["pump"], ["pomp"]], [["was"], []]])
    (1, True)
    >>> language_of([[["il"], []], [["pump"], ["pomp"]]])
    (1, False)
    >>> language_of([])
    (0, False)
    """
    stopped = [sum(not stem for stem in column) for column in zip(*stems, strict=True)]
    if not stopped:
        return 0, False
    most, *others = sorted(stopped, reverse=True)
    is_known = most >= KNOWN_BY and most > max(others, default=0)
    return stopped.index(most), is_known


def rarity(frequency: int, entries: int) -> float:
    """Inverse document frequency, never negative, defined for empty tables too.

    >>> rarity(1, 1000) > rarity(100, 1000) > rarity(1000, 1000) > 0
    True
    """
    entries = max(entries, MIN_ENTRIES, frequency)
    return math.log(1 + (entries - frequency + 0.5) / (frequency + 0.5))


def weigh(terms: list[Term], frequencies: list[int], entries: int) -> list[WeighedTerm]:
    """The rarest known terms first, then unknown ones, which weigh less: they may be typing errors
    or names, but a question made of them only should find nothing. A code says more than a word, a
    word with which people ask says less.
    """
    weighed = [
        WeighedTerm(
            term,
            frequency,
            rarity(frequency, entries)
            * (1.0 if frequency else UNKNOWN_SHARE)
            * (ASKING_SHARE if term.is_asking else 1.0)
            * (CODE_BOOST if term.is_code else 1.0),
        )
        for term, frequency in zip(terms, frequencies, strict=True)
    ]
    known = sorted((w for w in weighed if w.frequency), key=lambda w: w.frequency)
    unknown = [w for w in weighed if not w.frequency]
    return (known + unknown)[:MAX_SCORED]


def candidate_sql(
    weighed: list[WeighedTerm], near: list[int], entries: int, chosen: list[int] | None = None
) -> SQL:
    """Condition on ``knowledge_entry``: what has rare words of the question, or is near to it.

    :param chosen: ids of what has its words, where an extension's index chose them
    """
    if chosen is not None:
        return SQL("knowledge_entry.id = ANY(%s)", [*near, *chosen])
    conditions = [SQL("knowledge_entry.id = ANY(%s)", near)] if near else []
    if query := candidate_query(weighed, entries):
        conditions.append(SQL("knowledge_entry.tsv @@ %s::tsquery", query))
    return SQL("(%s)", SQL(" OR ").join(conditions))


def budget_of(entries: int) -> int:
    """How many of so many entries are scored at most.

    >>> budget_of(500), budget_of(1_000_000)
    (2000, 1000)
    """
    return BUDGET if entries <= SMALL else BUDGET_OF_MANY


def candidate_query(weighed: list[WeighedTerm], entries: int) -> str:
    """Rare terms choose the candidates alone, common ones in pairs: as many as the budget allows.

    :param entries: how many there are

    >>> common = [WeighedTerm(Term(w, (w,)), BUDGET, 1.0) for w in ("acqua", "perde", "tubo")]
    >>> candidate_query([WeighedTerm(Term("E05", ("#e5",)), 3, 5.0), *common], 4_000)
    "('#e5') | ('acqua') & ('perde') | ('acqua') & ('tubo') | ('perde') & ('tubo')"
    >>> candidate_query([WeighedTerm(w.term, 30_000, 1.0) for w in common], 1_000_000)
    "('acqua') & ('perde')"
    >>> candidate_query([WeighedTerm(w.term, 300_000, 1.0) for w in common], 1_000_000)
    "('acqua') & ('perde') & ('tubo')"
    """
    known = [w for w in weighed if w.frequency]
    budget = budget_of(entries)
    spent, alone = 0, []
    for w in known:
        if spent + w.frequency > budget:
            break
        spent += w.frequency
        alone.append(w)
    common = known[len(alone) : len(alone) + PAIRED]
    parts = [f"({w.term.query})" for w in alone]
    if entries <= SMALL:
        common = common[:3]
        parts += [_all_of(pair) for pair in combinations(common, 2)]
    else:
        for pair in combinations(common, 2):
            expected = pair[0].frequency * pair[1].frequency / entries
            if spent + expected <= budget:
                spent += expected
                parts.append(_all_of(pair))
    if not parts and common:
        parts = [_all_of(common[:3])] if entries > SMALL else [f"({w.term.query})" for w in common]
    return " | ".join(parts)


def _all_of(terms) -> str:
    return " & ".join(f"({w.term.query})" for w in terms)


def rows_for(limit: int) -> int:
    """How many entries to score for so many answers: solutions come with cases they solved.

    >>> rows_for(5), rows_for(100)
    (200, 1000)
    """
    return min(MAX_FUSED, max(200, 10 * limit))


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


def label_weights_sql(*, separate: bool) -> list[SQL]:
    """Weights of the labels for a row of ``found(text_length, title)`` beside ``average(length,
    title_length)``: how long its texts and its title are, as a multiple of the average, lowers what
    a word in them weighs.

    :param separate: rank the labels one by one: better by a point, and three times the work
    """
    text_length = SQL(
        "(%s + %s * coalesce(found.text_length, 0) / average.length)",
        1 - LENGTH_SHARE,
        LENGTH_SHARE,
    )
    title_length = SQL(
        "(%s + %s * length(found.title) / average.title_length)",
        1 - TITLE_LENGTH_SHARE,
        TITLE_LENGTH_SHARE,
    )
    weights = {
        "D": SQL("%s / %s", WEIGHT_SCALE * SOLUTION_WEIGHT, text_length),
        "C": SQL("%s", WEIGHT_SCALE * TAGS_WEIGHT),
        "B": SQL("%s / %s", WEIGHT_SCALE * PROBLEM_WEIGHT, text_length),
        "A": SQL("%s / %s", WEIGHT_SCALE * TITLE_WEIGHT, title_length),
    }
    return [
        SQL(
            "ARRAY[%s]::real[]",
            SQL(", ").join(
                weight if label in labels else SQL("0") for label, weight in weights.items()
            ),
        )
        for labels in (("DB", "C", "A") if separate else ("DCBA",))
    ]


def rank_sql(weighed: WeighedTerm, weights: list[SQL]) -> SQL:
    """How much a row of ``entry(tsv)`` says of one term: 0 without it, about 1 when it is in the
    title.

    :param weights: of the labels, as names of columns; what is found for each is added up
    """
    query = weighed.term.query
    return SQL(
        "%s * (%s)",
        # an alternative of n lexemes is ranked by the mean of the n
        RANK_OF_ONE * len(weighed.term.lexemes) / WEIGHT_SCALE,
        SQL(" + ").join(SQL("ts_rank(%s, entry.tsv, %s::tsquery)", one, query) for one in weights),
    )


def words_sql(weighed: list[WeighedTerm]) -> SQL:
    """Score by words of a row of ``ranked(rank[])``, as `found` has it."""
    total = sum(w.weight for w in weighed) or 1
    ranks = [
        SQL(
            "%s * ranked.rank[%s] / (ranked.rank[%s] + %s)",
            w.weight / total * (1 + SATURATION),
            position,
            position,
            SATURATION,
        )
        for position, w in enumerate(weighed, 1)
        if w.frequency
    ]
    return SQL(" + ").join(ranks or [SQL("0")])


def saturated(rank: float) -> float:
    """What a term's rank in an entry counts: each further place where a word stands adds less, so
    that two words of the question say more than one word twice.

    >>> saturated(0.0), saturated(1.0), saturated(3.0)
    (0.0, 1.0, 1.5)
    """
    return (1 + SATURATION) * rank / (rank + SATURATION)


@dataclass(frozen=True)
class Found:
    """An entry with what it has in common with the question.

    :param language: of the entry, e.g. ``it``
    :param solved_count: how many problems it has solved
    :param words: share of the question's weight, by where the words are: about 0..1
    :param likeness: trigrams its title has in common with the question, 0..1
    :param convinces: whether the words alone make it worth showing
    :param is_sure: whether they alone make it worth breaking the silence
    :param covers: whether nearly all of the question is in it, or a code
    :param matched: positions of the terms found
    """

    id: int
    parent_id: int | None
    language: str
    solved_count: int
    words: float
    likeness: float
    convinces: bool
    is_sure: bool
    covers: bool
    matched: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    id: int
    score: float
    matched: tuple[int, ...]
    by_meaning: bool = False
    by_alias: bool = False


def found(weighed, entry_id, parent_id, language, solved_count, ranks, likeness) -> Found:
    """What the rank of each term says about an entry."""
    total = sum(w.weight for w in weighed) or 1
    matched = tuple(
        position
        for position, (w, rank) in enumerate(zip(weighed, ranks, strict=True))
        if rank and w.frequency
    )
    coverage = sum(weighed[position].weight for position in matched) / total
    has_code = any(weighed[position].term.is_code for position in matched)
    covers = has_code or coverage >= SURE_COVERAGE
    words = (
        sum(weighed[position].weight * saturated(ranks[position]) for position in matched) / total
    )
    return Found(
        id=entry_id,
        parent_id=parent_id,
        language=language,
        solved_count=solved_count,
        words=words,
        likeness=likeness,
        convinces=bool(
            coverage >= MIN_COVERAGE
            or (coverage >= MIN_COVERAGE_OF_WORDS and len(matched) >= 2)
            or (matched and likeness >= MIN_LIKENESS)
            or has_code
        ),
        is_sure=covers or (words + TRIGRAM_WEIGHT * likeness) * math.sqrt(total) >= SURE_WORDS,
        covers=covers,
        matched=matched,
    )


def fuse(
    entries: list[Found],
    meaning: dict[int, float] | None,
    language: str,
    *,
    is_known: bool,
) -> list[Answer]:
    """The answers, best first: words and meaning together, each case with what solved it. None
    where not even the best one is sure and no other has all the words or the code.

    :param meaning: cosine of entries that have a vector; None without encoder
    :param language: of the question
    :param is_known: whether it is that for sure, or a guess (see `language_of`)

    >>> pump = Found(1, None, "it", 0, 0.5, 0.2, True, True, False, (0,))
    >>> fuse([pump], None, "it", is_known=True)
    [Answer(id=1, score=0.6, matched=(0,), by_meaning=False, by_alias=False)]
    >>> unsure = replace(pump, is_sure=False)
    >>> fuse([unsure], None, "it", is_known=True)
    []
    >>> len(fuse([unsure], None, "de", is_known=True)), fuse([unsure], None, "de", is_known=False)
    (1, [])
    >>> covering = replace(pump, id=3, words=0.4, covers=True)
    >>> [answer.id for answer in fuse([unsure, covering], None, "it", is_known=True)]
    [1, 3]
    >>> case = Found(2, 1, "it", 0, 0.9, 0.2, True, True, False, (0, 1))
    >>> (solved,) = fuse([pump, case], None, "it", is_known=True)
    >>> solved.id, solved.score, solved.by_alias
    (1, 0.88, True)
    """
    scores, shown, sure, near = {}, set(), set(), set()
    for entry in entries:
        cosine = None if meaning is None else meaning.get(entry.id)
        if meaning is None:
            scores[entry.id] = entry.words + TRIGRAM_WEIGHT * entry.likeness
        else:
            scores[entry.id] = _by_meaning(entry, cosine, language)
        if cosine is not None and cosine >= MIN_COSINE:
            near.add(entry.id)
        is_across = is_known and entry.language != language
        convinces, is_sure = _judge(entry, cosine, scores[entry.id], is_across=is_across)
        if convinces:
            shown.add(entry.id)
            if is_sure:
                sure.add(entry.id)
    best_alias = {}
    for entry in entries:
        if entry.parent_id in scores and entry.id in shown:
            best_alias[entry.parent_id] = max(best_alias.get(entry.parent_id, 0), scores[entry.id])
            if entry.id in sure:
                sure.add(entry.parent_id)
    alike = {
        entry.id: _with_alias(scores[entry.id], best_alias.get(entry.id, 0))
        for entry in entries
        if entry.parent_id not in scores and (entry.id in shown or entry.id in best_alias)
    }
    best = max(alike, key=alike.get, default=None)
    if best not in sure and not any(entry.covers for entry in entries):
        return []
    answers = [
        Answer(
            entry.id,
            alike[entry.id] + min(MAX_PRIOR, 0.03 * math.log1p(entry.solved_count)),
            entry.matched,
            by_meaning=entry.id in near,
            by_alias=best_alias.get(entry.id, 0) > scores[entry.id],
        )
        for entry in entries
        if entry.id in alike
    ]
    return sorted(answers, key=lambda answer: (-answer.score, -answer.id))


def kinship(*, customer: bool, tag: bool, code: bool) -> float:
    """How much earlier an entry comes for what it shares with the asking record.

    >>> kinship(customer=False, tag=False, code=False)
    0.0
    >>> kinship(customer=True, tag=True, code=True) == MAX_KINSHIP
    True
    """
    return min(MAX_KINSHIP, SAME_CUSTOMER * customer + SAME_TAG * tag + SAME_CODE * code)


def favour(answers: list[Answer], kin: dict[int, float]) -> list[Answer]:
    """The same answers, those of the asking record's kin a little earlier.

    :param kin: by id of the answer, as `kinship` gives it

    >>> far, close = Answer(1, 0.9, ()), Answer(2, 0.5, ())
    >>> [answer.id for answer in favour([far, close], {2: MAX_KINSHIP})]
    [1, 2]
    """
    raised = [replace(answer, score=answer.score + kin.get(answer.id, 0)) for answer in answers]
    return sorted(raised, key=lambda answer: (-answer.score, -answer.id))


def _judge(
    entry: Found, cosine: float | None, score: float, *, is_across: bool
) -> tuple[bool, bool]:
    """Whether an entry is worth showing, and whether it is worth breaking the silence.

    :param is_across: whether it is in another language than the question
    """
    if cosine is not None:
        sure = SURE_FUSED_ACROSS if is_across else SURE_FUSED
        return entry.covers or score >= MIN_FUSED, entry.covers or score >= sure
    # two languages have few words in common
    return entry.convinces, entry.is_sure or is_across


def _by_meaning(entry: Found, cosine: float | None, language: str) -> float:
    if cosine is None:  # not encoded yet: as good as its words
        cosine = COSINE_OF_WORDS * min(1.0, entry.words + TRIGRAM_WEIGHT * entry.likeness)
    share = WORDS_SHARE if entry.language == language else WORDS_SHARE_ACROSS
    words = entry.words**WORDS_POWER
    near = max(0.0, cosine) ** MEANING_POWER
    return (near + share * words + LIKENESS_SHARE * entry.likeness) / (1 + share)


def _with_alias(score: float, alias: float) -> float:
    """
    >>> _with_alias(0.5, 0.2), _with_alias(0.5, 1.0)
    (0.5, 0.85)
    """
    return max(score, (1 - ALIAS_SHARE) * score + ALIAS_SHARE * alias)
