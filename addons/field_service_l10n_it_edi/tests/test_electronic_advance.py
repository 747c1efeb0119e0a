from odoo.tests import freeze_time, tagged

from .test_electronic_invoice import ElectronicInvoiceCommon


@tagged("post_install_l10n", "post_install", "-at_install")
@freeze_time("2026-12-01")
class TestElectronicAdvance(ElectronicInvoiceCommon):
    """Advances and the invoices that deduct them, as the exchange system gets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env["project.project"].create(
            {
                "name": "Plant",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "service_billing": "fixed_price",
                "service_price": 10000.0,
                "customer_reference": "PO 7",
                "cig": "Z123456789",
            }
        )
        cls.user_accountant.group_ids += cls.env.ref("project.group_project_user")

    def _bill(self, method, **values):
        made = getattr(self.project.with_user(self.user_accountant), method)(**values)
        return self.env["account.move"].browse(made["invoice_ids"])

    def _assert_prices(self, tree, expected):
        self.assertEqual(
            [float(found.text) for found in tree.iterfind(".//PrezzoTotale")], expected
        )

    def test_an_advance_is_exported_as_one_and_its_deduction_refers_to_it(self):
        advance = self._bill("bill_advance", percent=30)
        tree = self._export(advance)
        self._assert_texts(tree, "TipoDocumento", ["TD02"])
        self._assert_prices(tree, [3000.00])
        self._assert_texts(tree, "ImportoTotaleDocumento", ["3660.00"])
        self._assert_texts(tree, "DatiOrdineAcquisto/IdDocumento", ["PO 7"])
        self._assert_texts(tree, "DatiOrdineAcquisto/CodiceCIG", ["Z123456789"])
        self.assertFalse(tree.findall(".//DatiFattureCollegate"))

        bill = self._bill("bill_progress", percent=50)
        tree = self._export(bill)
        self._assert_texts(tree, "TipoDocumento", ["TD01"])
        self._assert_prices(tree, [5000.00, -3000.00])
        self._assert_texts(tree, "DatiRiepilogo/ImponibileImporto", ["2000.00"])
        self._assert_texts(tree, "ImportoTotaleDocumento", ["2440.00"])
        self._assert_texts(tree, "DatiFattureCollegate/IdDocumento", [advance.name])
        self._assert_texts(tree, "DatiFattureCollegate/Data", ["2026-11-30"])
        self.assertIn(advance.name, tree.findall(".//Descrizione")[1].text)

        last = self._export(self._bill("bill_progress", percent=100))
        self._assert_prices(last, [5000.00])
        self.assertFalse(last.findall(".//DatiFattureCollegate"))

    def test_with_split_payment_the_vat_of_advance_and_deduction_is_the_offices(self):
        self.customer.write(
            {
                "l10n_it_pa_index": "UF9AB1",
                "property_account_position_id": self.charts.ref("split_payment_fiscal_position").id,
            }
        )
        for method, values, tax, due in (
            ("bill_advance", {"percent": 30}, "660.00", "3000.00"),
            ("bill_progress", {"percent": 50}, "440.00", "2000.00"),
        ):
            invoice = self._bill(method, **values)
            tree = self._export(invoice)
            self.assertEqual(invoice.amount_total, float(due))
            self._assert_texts(tree, "DatiRiepilogo/EsigibilitaIVA", ["S"])
            self._assert_texts(tree, "DatiRiepilogo/Imposta", [tax])
            self._assert_texts(tree, "ImportoPagamento", [due])

    def test_a_credit_of_an_advance_is_a_credit_note(self):
        advance = self._bill("bill_advance", amount=100.0)
        self._export(advance)
        credit = advance._reverse_moves([{"invoice_date": "2026-11-30"}])
        tree = self._export(credit)
        self._assert_texts(tree, "TipoDocumento", ["TD04"])
        self._assert_texts(tree, "DatiFattureCollegate/IdDocumento", [advance.name])
        self.assertEqual(self.project.sudo().service_advance_ids.remaining_amount, 0)
