import os
import signal
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.knowledge_base import encoder, encoder_program

from .common import KnowledgeBaseCommon, real_encoder

try:
    import numpy
except ImportError:  # the encoder is optional, and numpy comes with it
    numpy = None

MEANINGS = {
    "riscaldamento": ("caldaia", "boiler", "heizkessel", "termosifone", "freddo"),
    "acqua": ("pompa", "perdita", "tubo", "acqua"),
    "ascensore": ("ascensore", "lift", "cabina", "aufzug"),
}


class FakeEncoder:
    """Knows three meanings in several languages; as fast and as repeatable as tests want it."""

    name = "fake 1"

    def __init__(self):
        self.numpy = numpy
        self.asked = 0

    def question(self, text):
        self.asked += 1
        vector = numpy.full(encoder.DIMENSIONS, 0.01, "float32")
        for position, words in enumerate(MEANINGS.values()):
            if any(word in text.lower() for word in words):
                vector[position * 40 : position * 40 + 40] = 0.2
        return vector / numpy.linalg.norm(vector)

    def document(self, title, text):
        return self.question(f"{title} {text}")


@tagged("post_install", "-at_install")
class TestRungs(KnowledgeBaseCommon):
    """Whatever is missing, the search answers, and the settings say what it stands on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boiler = cls._create_article("Caldaia in blocco", "Il bruciatore non parte.")

    def _rungs(self):
        return {name: active for name, active, _why in self.env["knowledge.entry"]._search_rungs()}

    def test_without_the_package_words_answer(self):
        with (
            patch.object(encoder, "is_installed", return_value=False),
            # Another test may have loaded it in this process.
            patch.object(encoder._State, "encoder", None),
        ):
            self.assertEqual(self.env["knowledge.vector"]._fill(), 0)
            self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
            self.assertFalse(self._rungs()["meaning"])

    def test_a_package_that_does_not_load_is_named_and_words_answer(self):
        with (
            patch.object(encoder, "is_installed", return_value=True),
            patch.object(encoder, "_may_start", return_value=True),
            patch.object(encoder, "Encoder", side_effect=OSError("no such engine")),
            patch.object(encoder._State, "encoder", None),
            patch.object(encoder._State, "failure", None),
        ):
            self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
            (_name, active, why) = self.env["knowledge.entry"]._search_rungs()[-1]
            self.assertFalse(active)
            self.assertIn("no such engine", why)

    def test_without_trigrams_words_answer(self):
        with patch.object(self.env.registry, "has_trigram", False):
            self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
            self.assertFalse(self._rungs()["trigram"])

    def test_without_unaccent_words_answer(self):
        stock = {"it": "italian", "en": "english", "simple": "simple"}
        with patch.object(
            type(self.env["knowledge.entry"]), "_text_configurations", return_value=stock
        ):
            pump = self._create_article("Pompa ferma")
            self.assertEqual(self._find("pompe ferme", lang="it_IT"), [pump.name])


class EncoderCommon(KnowledgeBaseCommon):
    """Three articles and an encoder that knows what they are about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if numpy is None:
            cls.skipTest(cls, "numpy is not installed")
        cls.model = FakeEncoder()
        cls.startClassPatcher(patch.object(encoder, "get", side_effect=lambda: cls.model))
        cls.startClassPatcher(patch.object(encoder, "is_installed", return_value=True))
        cls.env["knowledge.encoder"].search([]).unlink()
        cls.boiler = cls._create_article("Caldaia in blocco", "Il bruciatore non parte.")
        cls.pump = cls._create_article("Pompa ferma", "La girante non gira.")
        cls.lift = cls._create_article("Ascensore fermo", "La porta non chiude.")


@tagged("post_install", "-at_install")
class TestMeaning(EncoderCommon):
    """The search with an encoder, whichever it is."""

    def _fill(self):
        return self.env["knowledge.vector"]._fill()

    def test_another_language_is_found_by_meaning(self):
        self.assertEqual(self._find("der Heizkessel"), [])
        self.assertEqual(self._fill(), 3)
        self.assertEqual(self._find("der Heizkessel"), [self.boiler.name])
        found = self.env["knowledge.entry"].search_similar("der Heizkessel")[0]
        self.assertIn("meaning", found["why"])

    def test_words_answer_before_anything_is_encoded(self):
        self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])

    def test_what_is_not_encoded_yet_is_found_by_its_words(self):
        self._fill()
        article = self._create_article("Compressore rumoroso")
        self.assertEqual(self._find("compressore rumoroso"), [article.name])

    def test_a_changed_text_is_encoded_again(self):
        self._fill()
        self.assertEqual(self._fill(), 0)
        self.pump.write({"name": "Aufzug steht", "symptom": "<p>Die Tür.</p>"})
        self.assertEqual(self._fill(), 1)
        self.assertIn("Aufzug steht", self._find("la cabina è ferma al piano"))

    def test_the_newest_comes_first(self):
        with patch("odoo.addons.knowledge_base.models.knowledge_vector.BATCH", 1):
            ((vector_id, _title, _text),) = self.env["knowledge.vector"]._take_waiting()
        newest = self.env["knowledge.vector"].browse(vector_id).entry_id
        self.assertEqual(newest, self._entry_of(self.lift))

    def test_another_model_encodes_everything_again(self):
        self._fill()
        with patch.object(self.model, "name", "fake 2"):
            self.assertEqual(self._find("der Heizkessel"), [], "old vectors say nothing to it")
            self.assertEqual(self._fill(), 3)
            self.assertEqual(self._find("der Heizkessel"), [self.boiler.name])
        self.assertEqual(self.env["knowledge.encoder"].search([]).mapped("name"), ["fake 2"])

    def test_silence_when_nothing_is_near(self):
        self._fill()
        self.assertEqual(self._find("fattura con indirizzo sbagliato"), [])

    def test_an_encoder_that_crashes_leaves_the_words(self):
        self._fill()
        with (
            patch.object(self.model, "question", side_effect=RuntimeError("broken")),
            patch.object(encoder._State, "failure", None),
        ):
            self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
            self.assertIn("broken", encoder.last_failure())

    def test_a_package_that_an_upgrade_has_lost_leaves_the_words(self):
        self._fill()
        with (
            patch.object(encoder, "get", return_value=None),
            patch.object(encoder, "is_installed", return_value=False),
        ):
            self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
            self.assertEqual(self._find("der Heizkessel"), [])
            self.boiler.name = "Bruciatore in blocco"
            self.assertEqual(self._fill(), 0)
            self.assertEqual(self._find("bruciatore bloccato"), [self.boiler.name])
            (_name, active, why) = self.env["knowledge.entry"]._search_rungs()[-1]
            self.assertFalse(active)
            self.assertIn("requirements-encoder.txt", why)
        self.assertEqual(self._fill(), 1, "as soon as it is back")

    def test_a_job_that_crashes_goes_on_the_next_time(self):
        self.env["knowledge.encoder"]._ensure(self.model)
        with (
            patch.object(self.model, "document", side_effect=RuntimeError("broken")),
            patch.multiple(encoder._State, failure=None, failed_over=None),
        ):
            self.assertEqual(self._fill(), 0)
        self.assertEqual(self._fill(), 3)

    def test_a_text_that_always_fails_does_not_stop_the_others(self):
        document = self.model.document

        def deadly(title, text):
            if title == self.pump.name:
                raise RuntimeError("broken")
            return document(title, text)

        self.env["knowledge.encoder"]._ensure(self.model)
        vectors = self.env["knowledge.vector"]
        with (
            patch.object(self.model, "document", deadly),
            patch.multiple(encoder._State, failure=None, failed_over=None),
        ):
            self.assertEqual(vectors._fill_batch(), 1, "what was encoded before it is kept")
            self.assertEqual(vectors._fill_batch(), 1, "it is given up")
            self.assertEqual(vectors._fill_batch(), 1)
        self.assertEqual(vectors._count_waiting(), 0)
        self.assertEqual(self._find("der Heizkessel"), [self.boiler.name])
        self.assertEqual(self._find("pompa ferma")[0], self.pump.name, "by its words")

    def test_a_model_that_fails_at_its_first_texts_is_not_noted(self):
        with (
            patch.object(self.model, "document", side_effect=RuntimeError("broken")),
            patch.object(encoder._State, "failure", None),
        ):
            self.assertEqual(self._fill(), 0)
        self.assertEqual(self._find("caldaia bloccata"), [self.boiler.name])
        self.assertEqual(self._fill(), 3)

    def test_switched_off_it_is_not_asked(self):
        self._fill()
        self.env["ir.config_parameter"].set_param("knowledge_base.words_only", "True")
        asked = self.model.asked
        self.assertEqual(self._find("der Heizkessel"), [])
        self.assertEqual(self.model.asked, asked)
        (_name, active, _why) = self.env["knowledge.entry"]._search_rungs()[-1]
        self.assertFalse(active)

    def test_the_settings_say_how_far_it_has_come(self):
        self._fill()
        self._create_article("Compressore rumoroso")
        (_name, active, why) = self.env["knowledge.entry"]._search_rungs()[-1]
        self.assertTrue(active)
        self.assertIn("3 of 4", why)

    def test_rights_hold_for_what_is_found_by_meaning(self):
        self._let_share_users_search()
        self._create_entry("Boiler", 5_000_000, audience="customer", partner_id=self.customer.id)
        self._fill()
        question = "fa freddo"
        self.assertEqual(self._find(question, self.user_portal), ["Boiler"])
        self.assertEqual(self._find(question, self.user_other_portal), [])
        self.assertEqual(self._find(question, self.user_public), [])


@tagged("post_install", "-at_install")
class TestEncoderProgram(KnowledgeBaseCommon):
    """Whatever happens to the program with the model happens to it alone."""

    @contextmanager
    def _in_its_place(self, text):
        """A program of this text in the place of the one with the model."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.py"
            path.write_text(text)
            with patch.object(encoder, "PROGRAM", path):
                yield

    def _program(self, text):
        """Why a program of this text is not the model's."""
        with self._in_its_place(text), self.assertRaises(RuntimeError) as refused:
            encoder._Program().ask("query", "caldaia")
        return str(refused.exception)

    def test_a_crash_while_the_model_is_loaded_is_named(self):
        self.assertEqual(self._program("import os; os.abort()"), "model.py has ended: Aborted")

    def test_a_crash_over_a_text_is_named(self):
        crash = "import os; print(flush=True); input(); os.kill(os.getpid(), 11)"
        self.assertEqual(self._program(crash), "model.py has ended: Segmentation fault")

    def test_why_the_model_does_not_load_is_told(self):
        self.assertEqual(self._program("print('OSError: no engine')"), "OSError: no engine")

    def test_a_model_that_never_answers_is_given_up(self):
        with patch.object(encoder, "PATIENCE", 0.2):
            reason = self._program("import time; print(flush=True); time.sleep(600)")
        self.assertIn("no answer", reason)

    def test_a_healthy_program_ends_when_it_is_given_up(self):
        with (
            self._in_its_place("import sys; print(flush=True); sys.stdin.read()"),
            patch.multiple(encoder._State, encoder=None, failure=None),
        ):
            encoder._State.encoder = encoder._Program()
            process = encoder._State.encoder._process
            encoder.failed(OSError("not the program's fault"))
            try:
                self.assertEqual(process.wait(10), 0)
            finally:
                process.kill()
                process.stdout.close()

    def test_a_second_thread_only_where_a_core_is_idle(self):
        for running, idle in ((1, 4), (3, 2), (4, 1), (9, -4)):
            with (
                self.subTest(running=running),
                patch.object(Path, "read_text", return_value=f"0.70 1.80 1.90 {running}/412 99\n"),
                patch.object(os, "sched_getaffinity", return_value={0, 1, 2, 3}),
            ):
                self.assertEqual(encoder_program.idle_cores(), idle)
        with patch.object(Path, "read_text", side_effect=FileNotFoundError):
            self.assertEqual(encoder_program.idle_cores(), 1)

    def test_threads_that_ask_at_once_start_one_program(self):
        everybody = threading.Barrier(4)
        with (
            patch.object(encoder, "is_installed", return_value=True),
            patch.object(encoder, "_may_start", side_effect=lambda: everybody.wait(10) < 4),
            patch.object(encoder, "Encoder", side_effect=OSError("no engine")) as start,
            patch.multiple(encoder._State, encoder=None, failure=None),
        ):
            threads = [threading.Thread(target=encoder.get) for _number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        start.assert_called_once()


@tagged("post_install", "-at_install")
class TestRealEncoder(KnowledgeBaseCommon):
    """The packaged model, where it is installed."""

    def test_when_its_process_is_killed_words_answer_and_it_comes_back(self):
        if not encoder.is_installed():
            self.skipTest("the encoder is not installed")
        boiler = self._create_article("Caldaia in blocco", "Il bruciatore non parte.")
        self._create_article("Fattura con indirizzo errato", "La sede è cambiata.")
        with real_encoder():
            self.env["knowledge.vector"]._fill()
            question = "the boiler is blocked, the burner does not start"
            self.assertEqual(self._find(question, lang="en_US")[:1], [boiler.name])
            os.kill(encoder.get()._model._process.pid, signal.SIGSEGV)
            self.assertEqual(self._find("caldaia bloccata"), [boiler.name])
            (_name, active, why) = self.env["knowledge.entry"]._search_rungs()[-1]
            self.assertFalse(active)
            self.assertIn("Segmentation fault", why)
            encoder._State.failure = None  # as when it has rested
            self.assertEqual(self._find(question, lang="en_US")[:1], [boiler.name])

    def test_the_numbers_do_not_depend_on_how_many_threads_make_them(self):
        if not encoder.is_installed():
            self.skipTest("the encoder is not installed")
        program, choice = encoder.PROGRAM.read_text(), "min(THREADS, idle_cores())"
        self.assertIn(choice, program)
        vectors = []
        for threads in ("1", "2"):
            with tempfile.NamedTemporaryFile("w", suffix=".py") as other:
                other.write(program.replace(choice, threads))
                other.flush()
                with patch.object(encoder, "PROGRAM", Path(other.name)):
                    model = encoder.Encoder()
            vectors.append(model.question("La caldaia perde acqua dal basso").tolist())
            model._model.end()
        self.assertEqual(*vectors)
