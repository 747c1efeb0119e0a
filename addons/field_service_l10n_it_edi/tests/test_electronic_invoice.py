from functools import cache

from lxml import etree

from odoo import Command
from odoo.tests import freeze_time, tagged
from odoo.tools.misc import file_path

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.field_service.tests.common import FieldServiceCommon, at, picture

# The tax authority's schema of ordinary invoices, with the schema of signatures that it imports.
SCHEMAS = "field_service_l10n_it_edi/tests/data"


class ElectronicInvoiceCommon(FieldServiceCommon, AccountTestInvoicingCommon):
    """An Italian firm, its Italian customers, and electronic invoices of real work."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("it")
    def setUpClass(cls):
        super().setUpClass()
        italy = cls.env.ref("base.it")
        address = {
            "country_id": italy.id,
            "street": "Via Roma 1",
            "zip": "36016",
            "city": "Thiene",
        }
        cls.company.write(
            {
                **address,
                "vat": "IT01234560157",
                "phone": "0445366700",
                "email": "firm@example.com",
                "l10n_it_codice_fiscale": "01234560157",
                "l10n_it_tax_system": "RF01",
            }
        )
        cls.customer.write(
            {
                **address,
                "vat": "IT00465840031",
                "l10n_it_codice_fiscale": "00465840031",
                "l10n_it_pa_index": "1234567",
            }
        )
        bank = cls.env["res.partner.bank"].create(
            {"partner_id": cls.company.partner_id.id, "acc_number": "IT60X0542811101000000123456"}
        )
        bank.allow_out_payment = True
        cls.charts = cls.env["account.chart.template"].with_company(cls.company)
        cls.vat = cls.charts.ref("22v")
        products = cls.env["product.product"].search([("type", "=", "service")]) | cls.part
        products.taxes_id = [Command.set(cls.vat.ids)]

    @classmethod
    def _sign(cls, intervention):
        made = intervention.with_user(cls.user_technician).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    @classmethod
    def _invoice(cls, reports):
        made = reports.with_user(cls.user_accountant).create_invoices()
        return cls.env["account.move"].browse(made["invoice_ids"])

    def _export(self, invoice):
        """The XML of a posted invoice, valid by the tax authority's schema."""
        invoice.invoice_date = "2026-11-30"
        invoice.action_post()
        self.assertEqual(invoice._l10n_it_edi_export_data_check(), {})
        tree = etree.fromstring(invoice._l10n_it_edi_render_xml())
        _load_schema().assertValid(tree)
        return tree

    def _assert_texts(self, tree, path, expected):
        self.assertEqual([found.text for found in tree.iterfind(f".//{path}")], expected)


@cache
def _load_schema():
    """The schema; what it imports over the network is taken from the folder beside it."""

    class Beside(etree.Resolver):
        def resolve(self, url, _identifier, context):
            return self.resolve_filename(file_path(f"{SCHEMAS}/{url.split('/')[-1]}"), context)

    parser = etree.XMLParser(load_dtd=False, no_network=True)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(file_path(f"{SCHEMAS}/fatturapa_v1.2.3.xsd"), parser))


@tagged("post_install_l10n", "post_install", "-at_install")
@freeze_time("2026-12-01")
class TestElectronicInvoice(ElectronicInvoiceCommon):
    def test_story_1_reaches_the_customer_to_the_cent(self):
        report = self._sign(self._story_one())
        tree = self._export(self._invoice(report))
        self._assert_texts(tree, "ImportoTotaleDocumento", ["426.27"])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["349.40"])
        self._assert_texts(tree, "DatiRiepilogo/Imposta", ["76.87"])
        self._assert_texts(tree, "DatiRiepilogo/EsigibilitaIVA", ["I"])
        lines = [float(found.text) for found in tree.iterfind(".//PrezzoTotale")]
        self.assertEqual(sorted(lines), [40.00, 47.50, 50.40, 86.50, 125.00])
        self.assertFalse(tree.findall(".//DatiOrdineAcquisto"))

    def test_each_line_says_which_report_it_is_from(self):
        report = self._sign(self._story_one())
        tree = self._export(self._invoice(report))
        descriptions = [found.text for found in tree.iterfind(".//Descrizione")]
        self.assertEqual(len(descriptions), 5)
        for description in descriptions:
            self.assertIn(report.number, description)
            self.assertIn("2026", description)

    def test_order_cig_and_cup_are_exported_with_the_order(self):
        intervention = self._story_one()
        intervention.write(
            {
                "customer_reference": "PO 77/2026",
                "customer_reference_date": "2026-10-15",
                "cig": "Z123456789",
                "cup": "E81B21000210001",
            }
        )
        tree = self._export(self._invoice(self._sign(intervention)))
        self._assert_texts(tree, "DatiOrdineAcquisto/IdDocumento", ["PO 77/2026"])
        self._assert_texts(tree, "DatiOrdineAcquisto/Data", ["2026-10-15"])
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCIG", ["Z123456789"])
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCUP", ["E81B21000210001"])

    def test_a_cig_without_order_is_exported_nevertheless(self):
        intervention = self._story_one()
        intervention.cig = "Z123456789"
        tree = self._export(self._invoice(self._sign(intervention)))
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCIG", ["Z123456789"])

    def test_a_fee_refers_to_its_contract(self):
        contract = self.env["service.contract"].create(
            {
                "name": "Full service",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 300,
                "fee_period": "quarter",
                "cig": "Z987654321",
            }
        )
        contract.action_open()
        made = contract.with_user(self.user_accountant).create_fee_invoices(until="2026-02-01")
        tree = self._export(self.env["account.move"].browse(made["invoice_ids"]))
        self._assert_texts(tree, "DatiContratto/IdDocumento", [contract.number])
        self._assert_texts(tree, "DatiContratto/Data", ["2026-01-01"])
        self._assert_texts(tree, "DatiContratto/CodiceCIG", ["Z987654321"])
        self.assertFalse(tree.findall(".//DatiOrdineAcquisto"))

    def test_a_manufacturer_who_pays_gets_none_of_the_customers_references(self):
        maker = self.env["res.partner"].create(
            {
                "name": "Maker",
                "is_company": True,
                "country_id": self.env.ref("base.it").id,
                "street": "Via Po 2",
                "zip": "10100",
                "city": "Torino",
                "vat": "IT00488410010",
            }
        )
        term = self.env["service.warranty.term"].create(
            {
                "name": "Maker's",
                "months": 24,
                "payer": "manufacturer",
                "manufacturer_id": maker.id,
            }
        )
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-10"})
        intervention = self._story_one()
        intervention.write({"customer_reference": "PO 77/2026", "cig": "Z123456789"})
        invoices = self._invoice(self._sign(intervention))
        by_payer = {invoice.partner_id: invoice for invoice in invoices}
        self.assertEqual(by_payer[self.customer].l10n_it_cig, "Z123456789")
        self.assertFalse(by_payer[maker].l10n_it_cig)
        self.assertFalse(by_payer[maker].l10n_it_origin_document_type)
        self.assertFalse(self._export(by_payer[maker]).findall(".//DatiOrdineAcquisto"))

    def test_split_payment_leaves_the_vat_to_the_office_that_pays(self):
        self.customer.write(
            {
                "l10n_it_pa_index": "UF9AB1",
                "property_account_position_id": self.charts.ref("split_payment_fiscal_position").id,
            }
        )
        intervention = self._story_one()
        intervention.write({"customer_reference": "PO 77/2026", "cig": "Z123456789"})
        invoice = self._invoice(self._sign(intervention))
        self.assertEqual(invoice.amount_total, 349.40)
        tree = self._export(invoice)
        self._assert_texts(tree, "FormatoTrasmissione", ["FPA12"])
        self._assert_texts(tree, "DatiRiepilogo/EsigibilitaIVA", ["S"])
        self._assert_texts(tree, "DatiRiepilogo/Imposta", ["76.87"])
        self._assert_texts(tree, "ImportoPagamento", ["349.40"])

    def test_a_public_administration_is_not_invoiced_without_cig(self):
        self.customer.l10n_it_pa_index = "UF9AB1"
        intervention = self._story_one()
        report = self._sign(intervention)
        self.assertEqual(set(report.work_line_ids.mapped("blocked_kind")), {"no_cig"})
        self.assertIn("CIG", report.work_line_ids[0].blocked_reason)
        self.assertFalse(self._invoice(report))
        intervention.is_without_cig = True
        self.assertEqual(self._invoice(report).amount_untaxed, 349.40)

    def test_reverse_charge_of_the_place_exports_its_nature(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Work on buildings", "company_id": self.company.id}
        )
        self.env["account.tax"].create(
            {
                "name": "0% buildings",
                "amount": 0,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "l10n_it_exempt_reason": "N6.3",
                "invoice_legal_notes": "Reverse charge",
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.vat.id)],
            }
        )
        self.site.with_company(self.company).service_fiscal_position_id = position
        intervention = self._story_one()
        self.assertEqual(intervention.fiscal_position_id, position)
        invoice = self._invoice(self._sign(intervention))
        invoice.l10n_it_stamp_duty = 2
        tree = self._export(invoice)
        self._assert_texts(tree, "DatiRiepilogo/Natura", ["N6.3"])
        self._assert_texts(tree, "DatiRiepilogo/Imposta", ["0.00"])
        self._assert_texts(tree, "DatiBollo/BolloVirtuale", ["SI"])
        self._assert_texts(tree, "DatiBollo/ImportoBollo", ["2.00"])

    def test_a_condominium_withholds_its_part(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Condominium", "company_id": self.company.id}
        )
        withheld = self.charts.ref("20vwc").copy(
            {
                "name": "4% withheld",
                "amount": -4.0,
                "l10n_it_withholding_type": "RT02",
                "l10n_it_withholding_reason": "W",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.vat.ids)],
            }
        )
        vat = self.vat.copy(
            {
                "name": "22% condominium",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.vat.ids)],
            }
        )
        self.customer.property_account_position_id = position
        invoice = self._invoice(self._sign(self._story_one()))
        self.assertEqual(invoice.invoice_line_ids.tax_ids, withheld | vat)
        tree = self._export(invoice)
        self._assert_texts(tree, "DatiRitenuta/TipoRitenuta", ["RT02"])
        self._assert_texts(tree, "DatiRitenuta/AliquotaRitenuta", ["4.00"])
        self._assert_texts(tree, "DatiRitenuta/CausalePagamento", ["W"])
        # 4 % of 349.40, rounded half up.
        self._assert_texts(tree, "DatiRitenuta/ImportoRitenuta", ["13.98"])

    def test_a_significant_good_has_two_rates(self):
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Work on homes",
                "company_id": self.company.id,
                "splits_significant_goods": True,
            }
        )
        self.charts.ref("10v").copy(
            {
                "name": "10% homes",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.vat.ids)],
            }
        )
        self.part.write({"is_significant_good": True, "list_price": 500.0})
        intervention = self._story_one()
        intervention.fiscal_position_id = position
        tree = self._export(self._invoice(self._sign(intervention)))
        rates = {
            summary.findtext("AliquotaIVA"): summary.findtext("ImponibileImporto")
            for summary in tree.iterfind(".//DatiRiepilogo")
        }
        # The good up to all the rest (262.90) as the work, beyond it at its own rate.
        self.assertEqual(rates, {"10.00": "525.80", "22.00": "237.10"})

    def _job_order(self):
        return self.env["project.project"].create(
            {
                "name": "Plant",
                "allow_timesheets": True,
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "service_billing": "fixed_price",
                "service_price": 10000.0,
                "service_retention_percent": 5,
                "customer_reference": "PO 80/2026",
                "cig": "Z123456789",
                "cup": "E81B21000210001",
            }
        )

    def test_progress_and_its_retention_name_the_order(self):
        made = self._job_order().with_user(self.user_accountant).bill_progress(percent=30)
        tree = self._export(self.env["account.move"].browse(made["invoice_ids"]))
        self._assert_texts(tree, "DatiOrdineAcquisto/IdDocumento", ["PO 80/2026"])
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCIG", ["Z123456789"])
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCUP", ["E81B21000210001"])
        lines = [float(found.text) for found in tree.iterfind(".//PrezzoTotale")]
        self.assertEqual(sorted(lines), [-150.0, 3000.0])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["2850.00"])

    def test_a_fee_that_is_taken_back_is_a_credit_note_of_its_invoice(self):
        contract = self.env["service.contract"].create(
            {
                "name": "Full service",
                "partner_id": self.customer.id,
                "date_start": "2026-10-01",
                "fee_amount": 920,
                "fee_period": "quarter",
            }
        )
        contract.action_open()
        accountant = contract.with_user(self.user_accountant)
        made = accountant.create_fee_invoices(until="2026-10-01")
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        self._export(invoice)
        ended = accountant.end_contract(date="2026-10-31")
        tree = self._export(self.env["account.move"].browse(ended["credit_ids"]))
        self._assert_texts(tree, "TipoDocumento", ["TD04"])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["610.00"])
        self._assert_texts(tree, "DatiFattureCollegate/IdDocumento", [invoice.name])

    def test_a_retention_that_is_released_names_the_order_too(self):
        job_order = self._job_order()
        accountant = job_order.with_user(self.user_accountant)
        made = accountant.bill_progress(percent=30)
        self._export(self.env["account.move"].browse(made["invoice_ids"]))
        released = accountant.service_milestone_ids.release_retention()
        tree = self._export(self.env["account.move"].browse(released["invoice_ids"]))
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCIG", ["Z123456789"])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["150.00"])

    def test_work_that_is_credited_names_its_invoice(self):
        invoice = self._invoice(self._sign(self._story_one()))
        self._export(invoice)
        tree = self._export(invoice._reverse_moves([{"ref": False}]))
        self._assert_texts(tree, "TipoDocumento", ["TD04"])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["349.40"])
        self._assert_texts(tree, "DatiFattureCollegate/IdDocumento", [invoice.name])

    def test_a_discount_and_a_customer_who_is_a_person(self):
        self.customer.write(
            {
                "is_company": False,
                "name": "Giulia Dal Pozzo",
                "vat": False,
                "l10n_it_codice_fiscale": "MRTMTT91D08F205J",
                "l10n_it_pa_index": False,
            }
        )
        intervention = self._story_one()
        intervention.work_line_ids.filtered(lambda line: line.kind == "part").discount = 10
        tree = self._export(self._invoice(self._sign(intervention)))
        self._assert_texts(tree, "CodiceDestinatario", ["0000000"])
        self._assert_texts(tree, "CessionarioCommittente//Cognome", ["Dal Pozzo"])
        self._assert_texts(tree, "ScontoMaggiorazione/Percentuale", ["10.00"])

    def test_whatever_people_write_is_exported(self):
        """The schema knows the Latin letters only, no line breaks, and twenty of an order's."""
        self.customer.write({"name": "Officine “Żak” – Łódź €", "street": "Contrà Porti 21 ½ – 🏭"})
        intervention = self._story_one()
        intervention.customer_reference = "Ordine № 4500012345 – reparto imbottigliamento"
        self._record(
            intervention,
            {
                "kind": "labour",
                "start": at(13),
                "stop": at(14),
                "name": "Taratura “pesa” ≥ 5 µm, 40 € l’una:\n– canale 1 🔧\n" + "prova " * 300,
            },
        )
        tree = self._export(self._invoice(self._sign(intervention)))
        self._assert_texts(tree, "DatiOrdineAcquisto/IdDocumento", ["Ordine ? 4500012345 "])

    def test_the_schema_judges(self):
        tree = self._export(self._invoice(self._sign(self._story_one())))
        tree.find(".//DatiRiepilogo/Imposta").text = "much"
        self.assertFalse(_load_schema().validate(tree))
