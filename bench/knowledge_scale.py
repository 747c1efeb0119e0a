"""How long `search_similar` takes, and what the index weighs, with many entries.

    ./dev bench knowledge --entries 10000,100000,1000000

Entries are made up: words of an invented language after Zipf's law, vectors in groups. They are
loaded by SQL into the index as the models fill it. The database is thrown away afterwards, unless
``--keep`` names one: that one is filled up to what is asked for, and measured as often as wanted.
"""

# ruff: noqa: F821, T201 - `env` is the shell's, and figures are printed
import io
import itertools
import os
import random
import sys
import time
from unittest.mock import patch

from odoo.addons.knowledge_base import encoder
from odoo.addons.knowledge_base.models.knowledge_encoder import ANYTHING
from odoo.addons.knowledge_base.models.knowledge_word import MAX_WORDS

try:
    import numpy
except ImportError:  # vectors are optional
    numpy = None

SIZES = sorted(int(size) for size in os.environ["CAMPO_BENCH_ENTRIES"].split(","))
QUESTIONS = 200
VOCABULARY = 200_000
TITLE_WORDS, TEXT_WORDS = 7, 52
GROUPS = 3_000  # of vectors that mean much the same
CHUNK = 20_000

# who asks has rights that are looked up: nothing is found as superuser
Entry = env["knowledge.entry"].with_user(env.ref("base.user_admin"))
cr = env.cr
chance = random.Random(1)
syllables = [c + v + e for c in "bcdfglmnprstvz" for v in "aeiou" for e in ("", "n", "r", "s", "l")]


def word(number):
    """A made-up word, another one for each number."""
    parts = []
    while number or len(parts) < 2:
        number, digit = divmod(number, len(syllables))
        parts.append(syllables[digit])
    return "".join(parts) + "aeio"[len(parts) % 4]


words = [word(number * 37 % VOCABULARY + 400) for number in range(VOCABULARY)]


def some_words(count):
    """Words as often as people use them: the n-th a n-th as often as the first."""
    return [words[int(VOCABULARY ** chance.random()) - 1] for _number in range(count)]


def load(first, last):
    """Entries numbered from ``first`` to ``last``."""
    cr.execute("CREATE TEMP TABLE IF NOT EXISTS made_up (number int, title text, body text)")
    cr.execute("DROP INDEX IF EXISTS knowledge_entry_tsv_idx")
    for start in range(first, last, CHUNK):
        lines = io.StringIO()
        for number in range(start, min(start + CHUNK, last)):
            title, body = some_words(TITLE_WORDS), some_words(TEXT_WORDS)
            lines.write(f"{number}\t{' '.join(title)}\t{' '.join(body)}\n")
        lines.seek(0)
        cr.execute("TRUNCATE made_up")
        cr._obj.copy_expert("COPY made_up FROM STDIN", lines)
        cr.execute(
            """
            INSERT INTO knowledge_entry
                   (res_model, res_id, title, problem, lang, audience, solved_count, is_narrowed,
                    active, text_length, tsv)
            SELECT 'made.up', number, title, body, 'it_IT', 'internal', 0, false, true, %s,
                   setweight(to_tsvector('campo_it', title), 'A')
                || setweight(to_tsvector('campo_it', body), 'B')
              FROM made_up
            """,
            [TEXT_WORDS],
        )
    start = time.perf_counter()
    cr.execute("CREATE INDEX knowledge_entry_tsv_idx ON knowledge_entry USING gin (tsv)")
    tell("seconds to build the index of words", time.perf_counter() - start)


def load_vectors():
    """A vector for each entry without one, in groups; by COPY in its binary form."""
    model = env["knowledge.encoder"].search([("name", "=", "made up")])
    if not model:
        model = env["knowledge.encoder"].create({"name": "made up"})
        env.flush_all()
        nothing = numpy.zeros(encoder.DIMENSIONS, "float16").tobytes()
        cr.execute("UPDATE knowledge_encoder SET mean = %s, sample = 1000000", [nothing])
        env.invalidate_all()
    cr.execute(
        "SELECT id FROM knowledge_entry"
        " WHERE id > coalesce((SELECT max(entry_id) FROM knowledge_vector), 0) ORDER BY id"
    )
    ids = numpy.array([entry_id for (entry_id,) in cr.fetchall()], ">i4")
    generator = numpy.random.default_rng(1)
    groups = numpy.random.default_rng(0).normal(size=(GROUPS, encoder.DIMENSIONS))
    bytes_of_vector, bytes_of_bits = 2 * encoder.DIMENSIONS, encoder.DIMENSIONS // 8
    row = numpy.dtype(
        [
            ("fields", ">i2"), ("entry_length", ">i4"), ("entry", ">i4"),
            ("encoder_length", ">i4"), ("encoder", ">i4"),
            ("vec_length", ">i4"), ("vec", "u1", bytes_of_vector),
            ("bits_length", ">i4"), ("bits_count", ">i4"), ("bits", "u1", bytes_of_bits),
        ]
    )  # fmt: skip
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        vectors = groups[generator.integers(0, GROUPS, len(part))]
        vectors = vectors + generator.normal(size=vectors.shape)
        vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
        rows = numpy.zeros(len(part), row)
        rows["fields"], rows["entry_length"], rows["encoder_length"] = 4, 4, 4
        rows["entry"], rows["encoder"] = part, model.id
        rows["vec_length"] = bytes_of_vector
        rows["vec"] = vectors.astype("float16").view("u1")
        rows["bits_length"], rows["bits_count"] = 4 + bytes_of_bits, encoder.DIMENSIONS
        rows["bits"] = numpy.packbits(vectors > 0, axis=1)
        data = io.BytesIO(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
        cr._obj.copy_expert(
            "COPY knowledge_vector (entry_id, encoder_id, vec, bits) FROM STDIN BINARY", data
        )
    return model, generator, groups


class MadeUpEncoder:
    """Gives each question a vector of one of the groups, after as much time as the real encoder
    takes for so many words of real sentences.
    """

    name = "made up"

    def __init__(self, generator, groups):
        self.numpy, self._generator, self._groups = numpy, generator, groups
        self._real = encoder.Encoder() if encoder.is_installed() else None
        self._words = " ".join(ANYTHING).split()

    def question(self, text):
        if self._real:
            self._real.question(" ".join(chance.choices(self._words, k=len(text.split()))))
        near = self._groups[self._generator.integers(0, GROUPS)]
        vector = near + self._generator.normal(size=near.shape)
        return (vector / numpy.linalg.norm(vector)).astype("float32")


def questions():
    """Some words of an entry among others, 4 to 20 in all."""
    cr.execute(
        "SELECT title || ' ' || problem FROM knowledge_entry TABLESAMPLE SYSTEM (1) LIMIT 500"
    )
    texts = [text.split() for (text,) in cr.fetchall()]
    for _number in range(QUESTIONS):
        count = chance.randint(2, 10)
        asked = chance.sample(chance.choice(texts), count) + some_words(count)
        chance.shuffle(asked)
        yield " ".join(asked)


def tell(label, value):
    print(
        f"  {label:46} {value}" if isinstance(value, str) else f"  {label:46} {value:8.1f}",
        flush=True,
    )


def tell_times(label, act, asked):
    """How long it takes in a worker that has done it before."""
    act(asked[0])
    stop_if_encoder_failed()
    times = []
    for question in asked:
        start = time.perf_counter()
        act(question)
        times.append(1000 * (time.perf_counter() - start))
        stop_if_encoder_failed()
    times.sort()
    middle, slow = (times[int(len(times) * share)] for share in (0.5, 0.95))
    tell(f"{label}, p50 / p95 ms", f"{middle:8.1f} {slow:8.1f}")


def stop_if_encoder_failed():
    """How long words alone take is not to be told as what words and meaning take."""
    if failure := encoder.last_failure():
        sys.exit(f"The encoder failed: {failure}")


def sizes(*names):
    for name in names:
        cr.execute("SELECT pg_size_pretty(pg_relation_size(to_regclass(%s)))", [name])
        tell(name, cr.fetchone()[0] or "-")


def insert_cost():
    """Of one entry, and of a plain row of the same texts beside it, in ms."""
    values = {"title": " ".join(some_words(7)), "problem": " ".join(some_words(52))}
    cr.execute("CREATE TEMP TABLE IF NOT EXISTS plain (id serial, title text, problem text)")

    numbers = itertools.count(1)

    def indexed(_number):
        env["knowledge.entry"].create(
            {**values, "res_model": "made.up", "res_id": -next(numbers), "lang": "it_IT"}
        ).flush_recordset()

    def plain(_number):
        cr.execute("INSERT INTO plain (title, problem) VALUES (%(title)s, %(problem)s)", values)

    tell_times("one entry", indexed, range(500))
    tell_times("a plain row", plain, range(500))


def use_words_only(wanted):
    env["ir.config_parameter"].set_param("knowledge_base.words_only", "True" if wanted else "")


def measure(size):
    print(f"{size} entries", flush=True)
    cr.execute("SELECT count(*) FROM knowledge_entry")
    present = cr.fetchone()[0]
    if present > size:
        print(f"  there are {present} already")
        return
    if present < size:
        load(present, size)
        cr.execute("ANALYZE knowledge_entry")
        start = time.perf_counter()
        env["knowledge.word"]._refresh()
        tell("seconds to count the words", time.perf_counter() - start)
        cr.execute("ANALYZE knowledge_word")
        env.cr.commit()
    use_words_only(True)
    asked = list(questions())
    tell_times("words", lambda text: Entry.search_similar(text, "it_IT"), asked)
    mending_cost("mending a word")
    sizes("knowledge_entry", "knowledge_entry_tsv_idx")
    sizes("knowledge_word", "knowledge_word__word_index")
    if numpy:
        measure_vectors(asked)
    insert_cost()
    env.cr.rollback()


def mending_cost(label):
    mistyped = [mistype(chance.choice(words)) for _number in range(QUESTIONS)]
    tell_times(label, lambda one: env["knowledge.word"]._mend([one]), mistyped)


def mending_cost_of_all_words():
    """With as many words as the index of words takes; rolled back."""
    cr.execute("DROP INDEX knowledge_word__word_index")
    cr.execute("SELECT count(*) FROM knowledge_word")
    numbers = range(VOCABULARY, VOCABULARY + MAX_WORDS - cr.fetchone()[0])
    lines = io.StringIO("".join(f"{word(number + 400)}\t1\n" for number in numbers))
    cr._obj.copy_expert("COPY knowledge_word (word, count) FROM STDIN", lines)
    cr.execute(
        "CREATE INDEX knowledge_word__word_index ON knowledge_word USING gin (word gin_trgm_ops)"
    )
    cr.execute("ANALYZE knowledge_word")
    mending_cost(f"mending a word among {MAX_WORDS}")
    sizes("knowledge_word", "knowledge_word__word_index")
    cr.rollback()


def mistype(one):
    position = chance.randrange(len(one) - 1)
    return one[:position] + one[position + 1] + one[position] + one[position + 2 :]


def measure_vectors(asked):
    use_words_only(False)
    record, generator, groups = load_vectors()
    cr.execute("ANALYZE knowledge_vector")
    vectors = env["knowledge.vector"]
    model = MadeUpEncoder(generator, groups)
    with patch.object(encoder, "get", return_value=model):
        start = time.perf_counter()
        vectors._organise(seconds=3_600)
        tell("seconds to put the vectors into lists", time.perf_counter() - start)
        env.cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM knowledge_vector")
        cr._cnx.autocommit = False
        access = Entry._search_similar_access()

        def nearest(text):
            meaning = Entry._meaning_of(text)
            stop_if_encoder_failed()
            return Entry._nearest(meaning, access)

        tell_times("encoding alone", model.question, asked)
        tell_times("encoding and vectors", nearest, asked)
        tell_times("words and vectors", lambda text: Entry.search_similar(text, "it_IT"), asked)
    sizes("knowledge_vector", "knowledge_vector_list_idx")


for size in SIZES:
    measure(size)
mending_cost_of_all_words()
