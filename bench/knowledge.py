"""How well `search_similar` finds what solved a problem, on public sets of questions and answers.

    ./dev bench knowledge --data FOLDER

Each set is indexed as published articles; every question goes through
``knowledge.entry.search_similar`` and, on the same entries, through the searches other programs
have. With the encoder, where it is installed, the entries are encoded first; their vectors are
kept in a file for the next time, without their texts. With aliases, up to eight other questions of
the same answer are indexed as cases it solved, never the one that is asked. Questions of another
set have no answer here: how many get one all the same. The runs are written to files and scored by
the data's own ``score_run.py``. Everything is rolled back at the end.
"""

# ruff: noqa: F821, T201 - `env` is the shell's, and figures are printed
import collections
import gzip
import hashlib
import importlib.util
import inspect
import json
import os
import pathlib
import sqlite3
import sys
import time
from unittest.mock import patch

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.knowledge_base import encoder

DATA = pathlib.Path(os.environ["CAMPO_BENCH_DATA"])
RUNS = pathlib.Path(os.environ["CAMPO_BENCH_RUNS"])
EVERY = int(os.environ.get("CAMPO_BENCH_EVERY", "1"))
SETS = (os.environ.get("CAMPO_BENCH_SETS") or "qa4faq,stackfaq,squadit,debfaq_x").split(",")
WITH_ALIASES = {"qa4faq", "stackfaq"}
ACROSS_LANGUAGES = {"debfaq_x"}
# Whose questions, in a language of the set, are about something else.
OFF_TOPIC = {"qa4faq": "squadit", "squadit": "qa4faq", "stackfaq": "debfaq_x", "debfaq_x": "qa4faq"}
OFF_TOPIC_QUESTIONS = 200  # at most
WITH_ENCODER = os.environ.get("CAMPO_BENCH_ENCODER", "1") == "1"
ALIASES = 8
DEPTH = 100
LANGUAGES = {"it": "it_IT", "en": "en_US", "de": "de_DE", "fr": "fr_FR"}
SILENT = 30  # seconds without a word about how far a part has come

spec = importlib.util.spec_from_file_location("score_run", DATA / "score_run.py")
scorer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scorer)

Entry = env["knowledge.entry"]
Article = env["knowledge.article"].with_context(tracking_disable=True, mail_create_nolog=True)


class KeepingEncoder(encoder.Encoder):
    """The encoder, which encodes a document once: its vector is kept for later runs. Questions are
    encoded each time, as their time is measured.
    """

    def __init__(self):
        super().__init__()
        self.kept = 0  # how many it did not have to encode
        self._file = sqlite3.connect(RUNS / "vectors.sqlite", isolation_level=None)
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vec BLOB)")
        # what a vector depends on, besides the text
        self._way = repr(
            (
                self.name,
                encoder.MAX_WORDS,
                encoder.MAX_TEXT_WORDS,
                encoder.MAX_WORD,
                encoder.TITLE_SHARE,
            )
        ) + inspect.getsource(encoder.Encoder.document)

    def document(self, title, text):
        key = hashlib.sha256(json.dumps([self._way, title, text]).encode()).digest()
        row = self._file.execute("SELECT vec FROM vectors WHERE text = ?", [key]).fetchone()
        if row:
            self.kept += 1
            return self.numpy.frombuffer(row[0], "float32")
        vector = super().document(title, text).astype("float32")
        self._file.execute("INSERT INTO vectors VALUES (?, ?)", [key, vector.tobytes()])
        return vector


class Progress:
    """Tells now and then how far a part has come, and at its end how long it took."""

    def __init__(self, what, count):
        self.what, self.count, self.done = what, count, 0
        self.start = self.told = time.perf_counter()

    def add(self, count=1):
        self.done += count
        if time.perf_counter() - self.told >= SILENT:
            self.told = time.perf_counter()
            self._say(f"{self.done} of {self.count}")

    def end(self, remark=""):
        self._say(f"{self.count} in {time.perf_counter() - self.start:.0f} s{remark}")

    def _say(self, how_far):
        print(f"  {self.what}: {how_far}", file=sys.stderr, flush=True)


class Set:
    """One set of documents and questions, indexed."""

    def __init__(self, name):
        self.name = name
        folder = DATA / name
        with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
            documents = [json.loads(line) for line in lines]
        self.all_questions = _questions(name)
        self.questions = self.all_questions[::EVERY]
        self.answers = collections.defaultdict(set)
        with (folder / "qrels.tsv").open(encoding="utf-8") as lines:
            for line in lines:
                question, document, _one = line.split("\t")
                self.answers[question].add(document)
        self.languages = {document["lang"] for document in documents}
        for code in self.languages:
            env["res.lang"]._activate_lang(LANGUAGES[code])
        progress = Progress(f"{name}, indexed", len(documents))
        self._index(documents)
        env["knowledge.word"]._refresh()
        Entry._analyse()  # PostgreSQL's own job sees nothing of this transaction
        progress.end()

    def _index(self, documents):
        Entry.search([]).unlink()
        names = {name for document in documents for name in _tags(document)}
        tags = env["knowledge.tag"].create([{"name": name} for name in names])
        tags = {tag.name: tag.id for tag in tags}
        articles = Article.create(
            [
                {
                    "name": document["title"] or "-",
                    "solution": document["body"].replace("<", "&lt;"),
                    "tag_ids": [tags[name] for name in _tags(document)],
                    "lang": LANGUAGES[document["lang"]],
                    "state": "published",
                    "company_id": False,
                }
                for document in documents
            ]
        )
        by_article = dict(zip(articles.ids, documents, strict=True))
        entries = Entry.search([("res_model", "=", "knowledge.article")])
        self.document = {entry.id: by_article[entry.res_id]["id"] for entry in entries}
        self.entry = {document: entry_id for entry_id, document in self.document.items()}
        self.aliases = {}

    def add_aliases(self):
        """Index the first questions of each answer as cases it solved."""
        wanted = collections.defaultdict(list)
        for question in self.all_questions:
            for document in sorted(self.answers[question["id"]]):
                # one more than wanted: the question that is asked is left out
                if len(wanted[document]) <= ALIASES:
                    wanted[document].append(question)
        rows = [(document, question) for document in wanted for question in wanted[document]]
        entries = Entry.create(
            [
                {
                    "title": question["text"],
                    "lang": LANGUAGES[question["lang"]],
                    "res_model": "knowledge.event",
                    "res_id": number,
                    "audience": "internal",
                    "parent_id": self.entry[document],
                }
                for number, (document, question) in enumerate(rows)
            ]
        )
        self.aliases = dict(zip(entries.ids, rows, strict=True))
        self.by_document = collections.defaultdict(list)
        for entry_id, (document, question) in self.aliases.items():
            self.by_document[document].append((entry_id, question["id"]))
        Entry._analyse()

    def domain(self, question):
        """What this question may find: neither itself nor, across languages, its own language."""
        domain = Domain.TRUE
        if self.name in ACROSS_LANGUAGES:
            domain &= Domain("lang", "!=", LANGUAGES[question["lang"]])
        if self.aliases:
            left_out = []
            for aliases in self.by_document.values():
                own = [entry_id for entry_id, asked in aliases if asked == question["id"]]
                left_out += own or [entry_id for entry_id, _asked in aliases[ALIASES:]]
            domain &= Domain("id", "not in", left_out)
        return domain

    def run(self, label, search):
        """Ask every question; return the scores and how long one takes, in ms. The share of the
        questions that got an answer is among the scores.
        """
        path = RUNS / f"{self.name}-{label}.tsv"
        run, milliseconds = {}, []
        progress = Progress(f"{self.name}, {label}", len(self.questions))
        for question in self.questions:
            start = time.perf_counter()
            found = search(question["text"], LANGUAGES[question["lang"]], self.domain(question))
            milliseconds.append(1000 * (time.perf_counter() - start))
            run[question["id"]] = [(self.document[i], s) for i, s in found if i in self.document]
            progress.add()
        progress.end()
        with path.open("w", encoding="utf-8") as lines:
            for question, found in run.items():
                for document, score in found:
                    lines.write(f"{question}\t{document}\t{score}\n")
        scores = scorer.score(str(DATA / self.name), run)
        if EVERY > 1:  # the scorer divides by all questions of the set
            scores = {k: v * len(self.answers) / len(self.questions) for k, v in scores.items()}
        scores["answered"] = sum(map(bool, run.values())) / len(run)
        milliseconds.sort()
        median, slow = (milliseconds[int(len(milliseconds) * share)] for share in (0.5, 0.95))
        return scores, median, slow

    def off_topic(self, search):
        """Ask what has no answer here; return the share of these questions that got one."""
        asked = self._off_topic_questions()
        answered = [
            bool(search(question["text"], LANGUAGES[question["lang"]], self.domain(question)))
            for question in asked
        ]
        return sum(answered) / len(answered)

    def off_topic_misread(self, search):
        """The same with the words alone that tell no language, from a screen in another one: what
        is asked is taken for a question in that language.
        """
        asked = self._off_topic_questions()
        screen = next(lang for code, lang in LANGUAGES.items() if code not in self.languages)
        answered = []
        for question in asked:
            terms, *_language = Entry._question_terms(question["text"], LANGUAGES[question["lang"]])
            words = " ".join(term.written for term in terms)
            answered.append(bool(search(words, screen, self.domain(question))))
        return sum(answered) / len(answered)

    def _off_topic_questions(self):
        asked = [q for q in _questions(OFF_TOPIC[self.name]) if q["lang"] in self.languages]
        return asked[:: max(1, -(-len(asked) // OFF_TOPIC_QUESTIONS))][::EVERY]


def _questions(name):
    with (DATA / name / "queries.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _tags(document):
    return sorted({tag.strip() for tag in (document.get("tags") or "").split(",") if tag.strip()})


def search_similar(text, lang, domain):
    """Campo's search, as the pages call it, within what the question may find."""
    found = Entry._search_similar(text, lang=lang, limit=DEPTH, domain=domain)
    stop_if_encoder_failed()
    return [(one["id"], -rank) for rank, one in enumerate(found)]


def ilike(text, _lang, domain):
    """Odoo's search box: the phrase as it stands, newest first."""
    phrase = Domain.OR(Domain(name, "ilike", text) for name in ("title", "problem", "solution"))
    found = Entry.search(phrase & domain, limit=DEPTH)
    return [(entry_id, -rank) for rank, entry_id in enumerate(found.ids)]


def _full_text(text, lang, domain, operator):
    configuration = Entry._text_configurations()[lang.split("_")[0]]
    question = SQL(
        "replace(plainto_tsquery(%s::regconfig, %s)::text, '&', %s)::tsquery",
        configuration,
        text,
        operator,
    )
    query = Entry._search(domain)
    query.add_where(SQL("knowledge_entry.tsv @@ %s", question))
    rank = SQL("ts_rank(knowledge_entry.tsv, %s)", question)
    return env.execute_query(
        SQL(
            "SELECT knowledge_entry.id, %s FROM %s WHERE %s ORDER BY 2 DESC, 1 DESC LIMIT %s",
            rank,
            query.from_clause,
            query.where_clause,
            DEPTH,
        )
    )


def full_text_and(text, lang, domain):
    """The usual full-text add-on: every word must be there."""
    return _full_text(text, lang, domain, "&")


def plain_ts_rank(text, lang, domain):
    """PostgreSQL's own ranking of whatever has one of the words."""
    return _full_text(text, lang, domain, "|")


OTHERS = {"ILIKE": ilike, "full text AND": full_text_and, "ts_rank": plain_ts_rank}

print(f"{'set':10} {'search':28}    MAP    MRR    P@1   R@10  p50 ms  p95 ms  answered")


def tell(name, label, result):
    scores, median, slow = result
    figures = " ".join(f"{scores[key]:6.3f}" for key in ("MAP", "MRR", "P@1", "R@10"))
    figures += f" {median:7.1f} {slow:7.1f}"
    print(f"{name:10} {label:28} {figures} {scores['answered']:9.1%}", flush=True)


def tell_silence(one, label):
    if one.name in OFF_TOPIC and (DATA / OFF_TOPIC[one.name]).is_dir():
        tell_share(one, f"{label}, off topic", one.off_topic(search_similar))
        if one.name not in ACROSS_LANGUAGES:
            misread = one.off_topic_misread(search_similar)
            tell_share(one, f"{label}, off topic, language misread", misread)


def tell_share(one, label, share):
    print(f"{one.name:10} {label:72} {share:9.1%}", flush=True)


def measure(name):
    one = Set(name)
    for label, search in OTHERS.items():
        tell(name, label, one.run(label.replace(" ", "-"), search))
    use_encoder(False)
    tell(name, "Campo, words", one.run("words", search_similar))
    tell_silence(one, "Campo, words")
    encoded = WITH_ENCODER and encode()
    if encoded:
        tell(name, "Campo, words and meaning", one.run("meaning", search_similar))
        tell_silence(one, "Campo, words and meaning")
    if name not in WITH_ALIASES:
        return
    use_encoder(False)
    one.add_aliases()
    tell(name, "Campo, words, aliases", one.run("words-aliases", search_similar))
    if encoded:
        encode()
        tell(name, "Campo, meaning, aliases", one.run("meaning-aliases", search_similar))


def use_encoder(wanted):
    env["ir.config_parameter"].set_param("knowledge_base.words_only", "" if wanted else "True")


def encode():
    """Encode what waits; whether there is an encoder at all."""
    use_encoder(True)
    vectors, model = env["knowledge.vector"], encoder.get()
    if not model:
        return False
    progress = Progress("encoded", vectors._count_waiting())
    kept = model.kept
    while vectors._count_waiting():
        progress.add(vectors._fill_batch())
        stop_if_encoder_failed()
    Entry._analyse()
    progress.end(f", {model.kept - kept} of them in an earlier run")
    return True


def stop_if_encoder_failed():
    """What words alone find is not to be told as what words and meaning find."""
    if failure := encoder.last_failure():
        sys.exit(f"The encoder failed: {failure}")


keeping = KeepingEncoder() if WITH_ENCODER and encoder.is_installed() else None
with patch.object(encoder, "get", return_value=keeping):
    for name in SETS:
        measure(name)
        env.cr.rollback()
        env.invalidate_all()
