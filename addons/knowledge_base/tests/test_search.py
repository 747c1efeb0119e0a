from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestSearchSimilar(KnowledgeBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boiler = cls._create_article(
            "Caldaia in blocco con errore E05",
            "Il bruciatore tenta due accensioni e si ferma, sul display lampeggia E05.",
            "Pulire l'elettrodo di rilevazione fiamma e regolare la distanza.",
        )
        cls.film = cls._create_article(
            "Il film si strappa alla ripartenza della confezionatrice",
            "Dopo una sosta il film si strappa all'altezza del rullo ballerino.",
            "Ridurre la tensione del freno bobina.",
        )
        cls.lift = cls._create_article(
            "Ascensore fermo con porta aperta",
            "La porta di cabina prova a chiudere e torna indietro.",
            "Pulire la barriera di fotocellule.",
        )
        cls.access = cls._create_article(
            "Connessione VPN rifiutata",
            "L'autenticità del certificato non è riconosciuta in modalità telelavoro.",
            "Rinnovare il certificato.",
        )

    # === WORDS === #

    def test_other_forms_of_the_words_find_it(self):
        for question in (
            "le caldaie sono bloccate, i bruciatori tentano l'accensione",
            "film strappato quando la confezionatrice riparte",
            "strappi del film ripartendo",
        ):
            with self.subTest(question=question):
                expected = self.boiler if "cald" in question else self.film
                self.assertEqual(self._find(question, lang="it_IT")[:1], [expected.name])

    def test_accents_do_not_matter(self):
        for question in ("modalita telelavoro autenticita", "modalità telelavoro autenticità"):
            with self.subTest(question=question):
                self.assertEqual(self._find(question, lang="it_IT"), [self.access.name])

    def test_italian_is_understood_from_an_english_screen(self):
        found = self._find("le porte degli ascensori non si chiudono", lang="en_US")
        self.assertEqual(found, [self.lift.name])

    def test_the_way_it_is_asked_counts_less_than_what_is_asked(self):
        self._create_article("Vorrei sapere come posso fare per cambiare il badge")
        plotter = self._create_article("Plotter senza inchiostro")
        self._create_article("Plotter con la carta inceppata")
        found = self._find("vorrei sapere come fare se il plotter non ha inchiostro", lang="it_IT")
        self.assertEqual(found[0], plotter.name)

    def test_a_title_of_one_word_beside_long_ones_is_found(self):
        short = self._create_article("Pompa")
        self._create_article("Il fornitore della pompa sommersa ha cambiato i numeri dei ricambi")
        self.assertEqual(self._find("pompa", lang="it_IT")[0], short.name)

    def test_punctuation_and_markup_do_no_harm(self):
        for question in (
            "caldaia & blocco | !E05 <-> (errore:*",
            "caldaia' OR 1=1; -- blocco E05",
            "caldaia\\ blocco \x00 %s E05",
            "<b>caldaia</b> blocco E05",
        ):
            with self.subTest(question=question):
                self.assertEqual(self._find(question)[:1], [self.boiler.name])

    # === CODES === #

    def test_a_code_is_found_however_it_is_written(self):
        for code in ("E05", "E-05", "e.5", "E 05", "errore E5"):
            with self.subTest(code=code):
                self.assertEqual(self._find(f"Sul display c'è {code}"), [self.boiler.name])

    def test_another_code_of_the_same_family_is_another_problem(self):
        other = self._create_article(
            "Caldaia con E50", "Mancanza acqua, sul display E50.", "Caricare l'impianto."
        )
        self.assertEqual(self._find("caldaia E50")[0], other.name)
        self.assertEqual(self._find("caldaia E05")[0], self.boiler.name)

    def test_the_code_of_a_field_counts_like_one_in_the_text(self):
        article = self._create_article("Inverter in allarme", error_codes="F0022, F-30")
        self.assertEqual(self._find("display F22"), [article.name])
        self.assertEqual(self._find("allarme F30")[:1], [article.name])

    # === TAGS AND ALIASES === #

    def test_an_article_is_found_by_a_tag_its_text_does_not_say(self):
        self.assertEqual(self._find("montacarichi"), [])
        tag = self.env["knowledge.tag"].create({"name": "Montacarichi"})
        self.lift.tag_ids = tag
        self.assertEqual(self._find("montacarichi"), [self.lift.name])

    def test_an_article_is_found_by_its_product_as_by_a_tag(self):
        self.lift.product = "Schindler 3300"
        self.lift.tag_ids = self.env["knowledge.tag"].create({"name": "Montacarichi"})
        entry = self._entry_of(self.lift)
        self.assertEqual(entry.tags, "Schindler 3300, Montacarichi")

    def test_a_solution_is_found_by_the_cases_it_solved(self):
        case = self._create_entry("Tapparella elettrica inceppata", 2_500_000)
        self.assertEqual(self._find("tapparella inceppata"), [case.title])
        case.parent_id = self._entry_of(self.lift)
        self.assertEqual(self._find("tapparella inceppata"), [self.lift.name])
        self.assertEqual(
            self._find("la tapparella non si chiude"), [self.lift.name], "the case speaks for it"
        )

    def test_a_case_stands_for_itself_when_its_solution_is_not_for_the_reader(self):
        self._let_share_users_search()
        case = self._create_entry(
            "Tapparella inceppata", 2_500_000, audience="customer", partner_id=self.customer.id
        )
        case.parent_id = self._entry_of(self.lift)
        self.assertEqual(self._find("tapparella inceppata", self.user_portal), [case.title])
        self.assertEqual(self._find("tapparella inceppata", self.user_other_portal), [])

    def test_a_case_of_a_case_leads_to_the_solution(self):
        first, second = (
            self._create_entry(title, partner.id, res_model="res.partner")
            for title, partner in (
                ("Tapparella inceppata", self.customer),
                ("Persiana bloccata", self.other_customer),
            )
        )
        record = self.env["knowledge.event"].record
        record(first.ids, "solved", "res.partner", self.other_customer.id)
        record(self._entry_of(self.lift).ids, "solved", "res.partner", self.customer.id)
        self.assertEqual((first + second).parent_id, self._entry_of(self.lift))
        self.assertEqual(self._find("persiana bloccata")[:1], [self.lift.name])

    # === TYPING ERRORS === #

    def test_a_mistyped_word_is_read_as_the_likeliest_one_known(self):
        question = "fotocelule dell'assensore"
        self.assertEqual(self._find(question), [])
        self.env["knowledge.word"]._refresh()
        self.assertEqual(self._find(question), [self.lift.name])

    def test_a_code_is_never_read_as_another_one(self):
        self.env["knowledge.word"]._refresh()
        self.assertEqual(self._find("E06"), [])

    # === SILENCE === #

    def test_silence_when_nothing_is_similar(self):
        for question in (
            "fattura con indirizzo sbagliato",
            "vorrei cambiare il giorno della consegna",
            "xyzzy",
            "E99",
            "la il di che e non",
            "",
            "   ",
            "12:30",
        ):
            with self.subTest(question=question):
                self.assertEqual(self._find(question), [])

    def test_one_word_in_common_is_not_similar(self):
        self.assertEqual(self._find("il corriere chiede una sosta davanti al magazzino"), [])

    def test_two_words_in_passing_are_not_similar(self):
        asked = (
            "stasera il teatro prova la commedia, la cabina delle luci cerca un volontario,"
            " il regista un attore, il bar una cameriera"
        )
        self.assertEqual(self._find(asked, lang="it_IT"), [])

    def test_a_question_whose_language_is_a_guess_is_judged_as_in_one_language(self):
        asked = (
            "stasera teatro prova commedia cabina luci cerca volontario regista attore bar"
            " cameriera"
        )
        for screen in ("it_IT", "en_US", "de_DE"):
            with self.subTest(screen=screen):
                self.assertEqual(self._find(asked, lang=screen), [])

    def test_in_another_language_a_few_words_in_common_are_enough(self):
        asked = "the fotocellule of the cabin are dirty and it does not close any more, bad service"
        self.assertEqual(self._find(asked, lang="en_US"), [self.lift.name])

    def test_all_words_of_a_short_question_are_enough(self):
        for question in ("cabina", "cabina indietro", "fotocellule"):
            with self.subTest(question=question):
                self.assertEqual(self._find(question, lang="it_IT"), [self.lift.name])

    def test_beside_a_sure_answer_others_are_shown_too(self):
        other = self._create_article("Cancello fermo", "La porta pedonale torna indietro.")
        found = self._find("ascensore fermo, la porta di cabina torna indietro", lang="it_IT")
        self.assertEqual(found, [self.lift.name, other.name])

    def test_an_empty_index_finds_nothing(self):
        self.env["knowledge.entry"].search([]).unlink()
        self.assertEqual(self._find("caldaia E05"), [])

    # === RESULTS === #

    def test_a_result_says_all_a_reader_needs(self):
        (found, *_others) = self.env["knowledge.entry"].search_similar("caldaia bloccata E-05")
        self.assertEqual(found["res_model"], "knowledge.article")
        self.assertEqual(found["res_id"], self.boiler.id)
        self.assertEqual(found["solution"], self._entry_of(self.boiler).solution)
        self.assertIn("<b>E05</b>", found["excerpt"], "the code as the text writes it")
        self.assertIn("E-05", found["why"])
        self.assertIn("caldaia", found["why"])
        self.assertTrue(0 < found["score"] <= 1)
        self.assertEqual(found["solved_count"], 0)

    def test_the_excerpt_is_safe_html(self):
        entry = self._create_entry(
            "Pannello bloccato",
            self.boiler.id + 1_000_000,
            problem="Pannello <script>alert(1)</script> bloccato 6 < 7 & fermo",
        )
        found = self.env["knowledge.entry"].search_similar("pannello bloccato")[0]
        self.assertEqual(found["id"], entry.id)
        self.assertIn("<b>Pannello</b>", found["excerpt"])
        self.assertIn("6 &lt; 7 &amp; fermo", found["excerpt"])
        self.assertNotIn("<script", found["excerpt"])

    def test_the_limit_holds_and_has_bounds(self):
        for i in range(110):
            self._create_entry(f"Compressore fermo numero {i}", 2_000_000 + i)
        for limit, expected in ((3, 3), (0, 0), (-1, 0), (10_000, 100)):
            with self.subTest(limit=limit):
                self.assertEqual(len(self._find("compressore fermo", limit=limit)), expected)

    def test_what_proved_to_solve_comes_first_among_equals(self):
        first = self._create_entry("Compressore fermo", 3_000_001)
        second = self._create_entry("Compressore fermo", 3_000_002)
        search = self.env["knowledge.entry"].search_similar
        found = search("compressore fermo", limit=2)
        self.assertEqual([r["id"] for r in found], [second.id, first.id])
        first._count_solved()
        self.env.flush_all()
        results = search("compressore fermo", limit=2)
        self.assertEqual([r["id"] for r in results], [first.id, second.id])
        self.assertIn("solved", results[0]["why"])

    def test_what_proved_to_solve_never_beats_what_is_more_similar(self):
        for _turn in range(20):
            self._entry_of(self.film)._count_solved()
        self.assertEqual(self._find("caldaia in blocco, errore E05")[0], self.boiler.name)

    def test_a_domain_narrows_the_search_before_the_limit(self):
        found = self.env["knowledge.entry"]._search_similar(
            "caldaia E05", domain=[("res_id", "!=", self.boiler.id)]
        )
        self.assertNotIn(self.boiler.id, [entry["res_id"] for entry in found])

    # === WHO ASKS === #

    def test_the_same_serial_number_comes_first_among_equals(self):
        same = self._create_entry("Compressore fermo", 3_000_001, codes="SN-4711")
        other = self._create_entry("Compressore fermo", 3_000_002, codes="SN-0815")
        asking = self._create_article("Compressore", error_codes="SN-4711", publish=False)
        entries = self.env["knowledge.entry"]
        plain = entries._search_similar("compressore fermo", limit=2)
        self.assertEqual([one["id"] for one in plain], [other.id, same.id])
        asked = entries._search_similar("compressore fermo", limit=2, origin=asking)
        self.assertEqual([one["id"] for one in asked], [same.id, other.id])

    def test_the_same_serial_number_is_no_reason_to_answer(self):
        self._create_entry("Compressore fermo", 3_000_001, codes="SN-4711")
        asking = self._create_article("Fattura", error_codes="SN-4711", publish=False)
        entries = self.env["knowledge.entry"]
        self.assertEqual(entries._search_similar("indirizzo sbagliato", origin=asking), [])
