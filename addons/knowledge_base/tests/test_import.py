import base64
import io
import tracemalloc
import zipfile
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..importing import packed, texts
from .common import KnowledgeBaseCommon

PICTURE = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MARKDOWN = """---
title: Bruciatore bloccato
tags: [fiamma, gas]
codici: E05
prodotto: Caldaia TN 24
---
Il **bruciatore** non parte.

## Causa
Elettrodo ossidato.

## Soluzione
1. Togliere tensione
2. Pulire l'elettrodo ![figura](immagini/elettrodo.png)

[Manuale](manuale.pdf) <script>alert(1)</script>
"""


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed_file:
        for name, content in files.items():
            packed_file.writestr(name, content)
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestImport(KnowledgeBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = {
            "Caldaie/Gas/e05.md": MARKDOWN,
            "Caldaie/Gas/immagini/elettrodo.png": PICTURE,
            "Caldaie/Gas/manuale.pdf": b"%PDF-1.4 manual",
            "Pompe/pompa.html": (
                "<h1>Pompa rumorosa</h1><p>Ronza.</p><h2>Rimedio</h2><p>Spurgare</p>"
            ),
        }

    def _wizard(self, content, name="articoli.zip", **values):
        return (
            self.env["knowledge.import"]
            .with_user(self.user_manager)
            .create(
                {
                    "file": base64.b64encode(content),
                    "file_name": name,
                    "lang": "it_IT",
                    **values,
                }
            )
        )

    def _import(self, content, name="articoli.zip", **values):
        action = self._wizard(content, name, **values).action_import()
        return self.env["knowledge.article"].search(action["domain"], order="import_key")

    def _preview(self, content, name="articoli.zip", **values):
        """(status, note) by key."""
        wizard = self._wizard(content, name, **values)
        wizard.action_preview()
        return {line.key: (line.status, line.note or "") for line in wizard.line_ids}

    def _refused(self, content, name="articoli.zip"):
        with self.assertRaises(UserError) as caught:
            self._wizard(content, name).action_preview()
        return str(caught.exception)

    # === MARKDOWN AND HTML === #

    def test_a_folder_is_the_category_of_its_name_wherever_that_is(self):
        heating = self.env["knowledge.category"].create({"name": "Riscaldamento"})
        boilers = heating.create({"name": "Scaldacqua", "parent_id": heating.id})
        text = "# Scaldacqua freddo\n\n## Sintomo\n\nFreddo.\n\n## Soluzione\n\nAcceso.\n"
        article = self._import(zipped({"scaldacqua/freddo.md": text}))
        self.assertEqual(article.category_id, boilers)
        # Of two of that name neither is meant.
        boilers.copy({"name": "Scaldacqua", "parent_id": False}).copy(
            {"name": "Bollitori", "parent_id": heating.id}
        )
        heating.create({"name": "Bollitori", "parent_id": boilers.id})
        article = self._import(zipped({"Bollitori/freddo.md": text.replace("freddo", "tiepido")}))
        self.assertFalse(article.category_id.parent_id)

    def test_a_folder_becomes_drafts_with_categories_tags_pictures_and_files(self):
        boiler, pump = self._import(zipped(self.folder))
        self.assertRecordValues(
            boiler + pump,
            [
                {
                    "name": "Bruciatore bloccato",
                    "product": "Caldaia TN 24",
                    "error_codes": "E05",
                    "state": "draft",
                    "lang": "it_IT",
                },
                {
                    "name": "Pompa rumorosa",
                    "product": False,
                    "error_codes": False,
                    "state": "draft",
                    "lang": "it_IT",
                },
            ],
        )
        self.assertEqual(boiler.cause, "<p>Elettrodo ossidato.</p>")
        self.assertFalse(pump.cause)
        self.assertEqual(boiler.category_id.display_name, "Caldaie / Gas")
        self.assertEqual(set(boiler.tag_ids.mapped("name")), {"fiamma", "gas"})
        self.assertIn("<strong>bruciatore</strong>", boiler.symptom)
        files = {file.name: file for file in boiler._files()}
        self.assertEqual(set(files), {"elettrodo.png", "manuale.pdf"})
        self.assertEqual(files["elettrodo.png"].raw, PICTURE)
        self.assertIn(f'src="/web/image/{files["elettrodo.png"].id}"', boiler.solution)
        self.assertIn(f"/web/content/{files['manuale.pdf'].id}", boiler.solution)
        self.assertNotIn("script", boiler.solution)
        self.assertEqual((pump.symptom, pump.solution), ("<p>Ronza.</p>", "<p>Spurgare</p>"))

    def test_the_same_twice_makes_nothing_twice(self):
        first = self._import(zipped(self.folder))
        self.assertEqual(
            {status for status, _note in self._preview(zipped(self.folder)).values()}, {"same"}
        )
        with self.assertRaisesRegex(UserError, "nothing new"):
            self._import(zipped(self.folder))
        changed = {**self.folder, "Caldaie/Gas/e05.md": MARKDOWN.replace("ossidato", "rotto")}
        self.assertEqual(
            [status for status, _note in self._preview(zipped(changed)).values()],
            ["changed", "same"],
        )
        again = self._import(zipped(changed))
        self.assertEqual(again, first[0])
        self.assertIn("rotto", again.cause)
        self.assertEqual(len(again._files()), 2)
        self.assertIn("ossidato", again.html_field_history_get_content_at_revision("cause", 1))

    def test_a_new_picture_is_a_change(self):
        article = self._import(zipped(self.folder))[0]
        changed = {**self.folder, "Caldaie/Gas/immagini/elettrodo.png": PICTURE + b"x"}
        self.assertEqual(self._import(zipped(changed)), article)
        self.assertEqual(len(article._files()), 3)

    def test_what_was_changed_here_is_not_overwritten(self):
        article = self._import(zipped(self.folder))[0]
        article.cause = "<p>Scheda guasta.</p>"
        changed = {**self.folder, "Caldaie/Gas/e05.md": MARKDOWN.replace("ossidato", "rotto")}
        status, note = self._preview(zipped(changed))["Caldaie/Gas/e05.md"]
        self.assertEqual(status, "kept")
        self.assertIn("changed here", note)

    def test_published_if_wanted_and_complete(self):
        files = {**self.folder, "vuoto.md": "Solo testo"}
        self.assertIn("draft", self._preview(zipped(files), publish=True)["vuoto.md"][1])
        articles = self._import(zipped(files), publish=True, audience="customer")
        self.assertEqual(articles.mapped("state"), ["published", "published", "draft"])
        self.assertIn("Bruciatore bloccato", self._find("bruciatore", self.user_employee))
        self.assertEqual(set(articles.mapped("audience")), {"customer"})

    def test_line_endings_and_old_encodings_are_read(self):
        text = MARKDOWN.replace("\n", "\r\n").replace("non parte", "è perché no")
        for encoding in ("utf-8-sig", "cp1252", "utf-16"):
            with self.subTest(encoding=encoding):
                name = f"{encoding}.md"
                article = self._import(text.encode(encoding), name)
                self.assertEqual(article.name, "Bruciatore bloccato")
                self.assertIn("è perché no", article.symptom)
                self.assertEqual(article.cause, "<p>Elettrodo ossidato.</p>")

    def test_a_missing_picture_is_told(self):
        files = {name: self.folder[name] for name in ("Caldaie/Gas/e05.md",)}
        status, note = self._preview(zipped(files))["Caldaie/Gas/e05.md"]
        self.assertEqual(status, "new")
        self.assertIn("immagini/elettrodo.png", note)

    def test_an_address_cannot_leave_the_file(self):
        files = {"a.md": "![x](../../../../etc/passwd.png) ![y](file:///etc/passwd.png)"}
        self.assertFalse(self._import(zipped(files))._files())

    def test_without_the_library_markdown_is_refused_and_the_rest_comes(self):
        with patch.object(texts, "MarkdownIt", None):
            plans = self._preview(zipped(self.folder))
        self.assertEqual(
            {key: status for key, (status, _note) in plans.items()},
            {"Caldaie/Gas/e05.md": "refused", "Pompe/pompa.html": "new"},
        )
        self.assertIn("markdown-it-py", plans["Caldaie/Gas/e05.md"][1])

    # === TABLES === #

    def test_a_table_becomes_one_article_per_row(self):
        table = (
            "ID;Titolo;Sintomo;Soluzione;Codici;Lingua;Prezzo\n"
            '7;Pompa ferma;"Non gira\nmai";<b>Spurgare</b>;F28;it;9\n'
            "8;Ventola;Rumore;Oliare;;English;9\n"
            "9;;Niente titolo;x;;;\n"
            "10;Motore;Caldo;Fermare;;xx;\n"
            "7;Ancora;a;b;;;\n"
        ).encode("cp1252")
        plans = self._preview(table, "a.csv")
        self.assertEqual(
            [status for status, _note in plans.values()].count("refused"), 2, "and one key twice"
        )
        self.assertIn("title", plans["a.csv#9"][1])
        self.assertIn("xx", plans["a.csv#10"][1])
        pump, fan = self._import(table, "a.csv")
        self.assertRecordValues(
            pump + fan,
            [
                {"name": "Pompa ferma", "error_codes": "F28", "lang": "it_IT"},
                {"name": "Ventola", "error_codes": False, "lang": "en_US"},
            ],
        )
        self.assertEqual(pump.symptom, "<p>Non gira<br>mai</p>")
        self.assertEqual(pump.solution, "<b>Spurgare</b>")

    def test_columns_are_proposed_by_their_names_and_can_be_chosen(self):
        table = b"Che cosa,Titolo,Rimedio\nNon va,Pompa,Pulire"
        wizards = self.env["knowledge.import"].with_user(self.user_manager)
        values = {"file_name": "a.csv", "file": base64.b64encode(table), "lang": "it_IT"}
        typing = wizards.new(values)
        typing._onchange_file()
        columns = {column.name: column.part for column in typing.column_ids}
        self.assertEqual(columns, {"Che cosa": False, "Titolo": "name", "Rimedio": "solution"})
        columns["Che cosa"] = "symptom"
        wizard = wizards.create(
            {
                **values,
                "column_ids": [
                    Command.create({"name": name, "part": part}) for name, part in columns.items()
                ],
            }
        )
        action = wizard.action_import()
        article = self.env["knowledge.article"].search(action["domain"])
        self.assertEqual(article.symptom, "<p>Non va</p>")

    def test_a_damaged_table_is_refused_with_a_sentence(self):
        for table in (b"a,b\n1,2,3\n", b"a,a\n1,2\n", b"Titolo\n\xff\x00\xff", b"\x00" * 10):
            with self.subTest(table=table):
                [(status, note)] = self._preview(table, "a.csv").values()
                self.assertEqual(status, "refused")
                self.assertTrue(note.endswith("."))

    # === BAD FILES === #

    def test_bad_files_get_a_sentence(self):
        self.assertIn("damaged", self._refused(b"PK\x03\x04 no zip"))
        self.assertIn("ZIP, Markdown", self._refused(b"MZ", "virus.exe"))
        self.assertIn("no Markdown", self._refused(zipped({"a.exe": b"MZ", "__MACOSX/a.md": b"x"})))
        self.assertIn("no Markdown", self._refused(zipped({})))
        with patch.object(packed, "MAX_FILES", 2):
            self.assertIn(
                "too many", self._refused(zipped(dict.fromkeys(("a.md", "b.md", "c.md"), "x")))
            )
        with patch.object(packed, "MAX_BYTES", 10):
            self.assertIn("too big", self._refused(zipped(self.folder)))

    def test_a_bomb_is_not_unpacked(self):
        bomb = zipped({f"{number}.md": b"0" * 30_000_000 for number in range(8)})
        self.assertLess(len(bomb), 1_000_000)
        with patch.object(zipfile.ZipFile, "read") as read:
            self.assertIn("too big", self._refused(bomb))
        self.assertFalse(read.called)

    def test_a_list_that_lies_unpacks_no_more_than_it_says(self):
        lying = bytearray(zipped({"a.md": b"0" * 100_000_000}))
        in_list = lying.find(b"PK\x01\x02")
        lying[in_list + 24 : in_list + 28] = (1000).to_bytes(4, "little")
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertIn("damaged", self._refused(bytes(lying)))
        self.assertLess(tracemalloc.get_traced_memory()[1], 50_000_000)

    def test_a_zip_that_is_broken_or_packed_otherwise_gets_a_sentence(self):
        before = self.env["knowledge.article"].search_count([])
        for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
            self.assertIn("plain ZIP", self._refused(zipped(self.folder, method)))
        plain = zipped({"a.md": MARKDOWN})
        in_list = plain.find(b"PK\x01\x02")
        for place, byte, told in (
            (in_list + 8, 1, "password"),
            (in_list + 10, 97, "plain ZIP"),
            (in_list + 16, plain[in_list + 16] ^ 255, "damaged"),
            (40, plain[40] ^ 255, "damaged"),
            (len(plain) - 20, 255, "damaged"),
        ):
            with self.subTest(place=place):
                broken = bytearray(plain)
                broken[place] = byte
                self.assertIn(told, self._refused(bytes(broken)))
        self.assertIn("damaged", self._refused(plain[: len(plain) // 2]))
        self.assertIn("too many", self._refused(zipped({f"{n}.md": "x" for n in range(10_000)})))
        self.assertEqual(self.env["knowledge.article"].search_count([]), before)

    def test_paths_lead_nowhere(self):
        article = self._import(
            zipped(
                {
                    "Pompe/a.md": "Ferma ![x](../../../etc/passwd) ![y](/etc/passwd)",
                    "../../fuori.md": "Fuori",
                    "Pompe/cartella.md/": "",
                }
            )
        )
        self.assertEqual(article.name, "a")
        self.assertFalse(article._files())

    def test_what_a_program_sends_instead_of_a_file_is_no_text(self):
        wizard = self.env["knowledge.import"].with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "no text"):
            wizard.create({"file": "x", "file_name": "a.md"}).action_preview()

    def test_one_bad_text_is_told_and_the_others_come(self):
        files = {
            "a.md": b"x" * (packed.MAX_TEXT + 1),
            "b.md": b"a\x00b",
            "c.md": b"# Pompa\n\nFerma.",
        }
        plans = self._preview(zipped(files))
        self.assertEqual([plans[f"{name}.md"][0] for name in "abc"], ["refused", "refused", "new"])
        self.assertEqual(self._import(zipped(files)).mapped("name"), ["Pompa"])

    def test_all_or_nothing(self):
        before = self.env["knowledge.article"].search_count([])
        articles = type(self.env["knowledge.article"])
        with (
            patch.object(articles, "action_publish", side_effect=UserError("no")),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            self._import(zipped(self.folder), publish=True)
        self.assertEqual(self.env["knowledge.article"].search_count([]), before)

    def test_without_a_file_nothing_happens(self):
        wizard = self.env["knowledge.import"].with_user(self.user_manager).create({})
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizard.action_preview()

    def test_only_a_manager_imports(self):
        with self.assertRaises(AccessError):
            self.env["knowledge.import"].with_user(self.user_editor).create({})

    # === OCA'S PAGES === #

    def test_pages_are_read_from_their_tables(self):
        wizards = self.env["knowledge.import"].with_user(self.user_manager)
        if wizards._has_pages():
            self.skipTest("document_page is installed here")
        self.env.cr.execute(
            """
            CREATE TABLE document_page (
                id int, name varchar, type varchar, parent_id int, active bool, company_id int,
                history_head int
            );
            CREATE TABLE document_page_history (id int, page_id int, content text);
            INSERT INTO document_page VALUES
                (1, 'Pompe', 'category', NULL, true, NULL, NULL),
                (2, 'Pompa ferma', 'content', 1, true, NULL, 11),
                (3, 'Vecchia', 'content', 1, false, NULL, NULL),
                (4, 'Altrui', 'content', 1, true, %s, NULL),
                (5, 'Vuota', 'content', NULL, true, NULL, NULL);
            INSERT INTO document_page_history VALUES
                (10, 2, '<p>Prima</p>'),
                (11, 2, '<p>Non gira.</p><h2>Soluzione</h2><p>Spurgare.</p>');
            """,
            [self.other_company.id],
        )
        wizard = wizards.create({"source": "pages", "lang": "it_IT"})
        self.assertTrue(wizard.has_pages)
        wizard.action_preview()
        self.assertEqual(wizard.line_ids.mapped("name"), ["Pompa ferma", "Vuota"])
        articles = self.env["knowledge.article"].search(wizard.action_import()["domain"])
        pump = articles.filtered(lambda article: article.name == "Pompa ferma")
        self.assertEqual((pump.symptom, pump.solution), ("<p>Non gira.</p>", "<p>Spurgare.</p>"))
        self.assertEqual(pump.category_id.name, "Pompe")
        wizard.action_preview()
        self.assertEqual(set(wizard.line_ids.mapped("status")), {"same"})
