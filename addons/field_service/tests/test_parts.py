from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestParts(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.write({"default_code": "TS-100", "barcode": "8001234567890"})
        cls.belt = cls.env["product.product"].create(
            {"name": "Drive belt XPZ", "type": "consu", "list_price": 24.0}
        )
        cls.hours = cls.env["product.product"].create({"name": "Drive service", "type": "service"})
        cls.intervention = cls._create_intervention()
        cls._plan(cls.intervention)
        cls.mine = cls.intervention.with_user(cls.user_technician)

    def _parts(self, **arguments):
        return {part["id"]: part for part in self.mine.find_parts(**arguments)["parts"]}

    def _set(self, quantity, part=None, **arguments):
        return self.mine.set_part(product_id=(part or self.part).id, quantity=quantity, **arguments)

    @property
    def lines(self):
        return self.intervention.work_line_ids.filtered(lambda line: line.kind == "part")

    # Looking for parts

    def test_a_part_is_found_by_words_reference_or_barcode(self):
        for search in ("sensor temp", "ts-100", "8001234567890"):
            self.assertIn(self.part.id, self._parts(search=search), search)
            self.assertNotIn(self.belt.id, self._parts(search=search), search)
        found = self._parts(search="drive")
        self.assertIn(self.belt.id, found)
        self.assertNotIn(self.hours.id, found, "A service is no part.")

    def test_nobody_is_told_a_price(self):
        for part in self.mine.find_parts()["parts"]:
            # An addon for the stock tells more.
            self.assertLessEqual(
                {"id", "name", "code", "unit", "tracking", "quantity", "why"}, set(part)
            )
            self.assertFalse([name for name in part if "price" in name or "cost" in name])
            self.assertNotIn("86.5", str(part))
        self._set(2)
        self.assertNotIn("86.5", str(self._set(3)))

    def test_likely_parts_come_first_and_say_why(self):
        model = self.env["product.product"].create({"name": "ST 2200"})
        self.equipment.product_id = model
        like = self.equipment.copy({"serial_number": "ST-2202"})
        before = self._create_intervention(equipment_ids=[(6, 0, like.ids)])
        self._plan(before, technicians=self.colleague)
        self._record(
            before,
            {"kind": "part", "product_id": self.belt.id, "quantity": 1},
            user=self.user_colleague,
        )
        self.assertEqual(self._parts()[self.belt.id]["why"], "equipment")
        self._set(1)
        shown = self.mine.find_parts()["parts"]
        self.assertEqual([part["why"] for part in shown[:2]], ["here", "equipment"])
        other = self._create_intervention(equipment_ids=False)
        self._plan(other)
        likely = other.with_user(self.user_technician).find_parts()["parts"][0]
        self.assertEqual((likely["id"], likely["why"]), (self.part.id, "recent"))

    def test_a_code_gives_the_part_and_an_unknown_one_a_sentence(self):
        for code in ("8001234567890", " ts-100 "):
            self.assertEqual(self.mine.find_part_by_code(code=code)["id"], self.part.id)
        for code in ("4000000000000", "", None, ["8001234567890"]):
            with self.assertRaisesRegex(UserError, "No part in the catalogue"):
                self.mine.find_part_by_code(code=code)

    def test_the_list_costs_the_same_for_many_parts(self):
        self._set(1)
        self.mine.find_parts()

        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.mine.find_parts()
            return self.env.cr.sql_log_count - before

        def add_washers(count):
            self.env["product.product"].create([{"name": "Washer", "type": "consu"}] * count)

        add_washers(2)
        few = queries()
        add_washers(30)
        self.assertLessEqual(queries(), few)

    # Counting them

    def test_taps_count_one_line_up_and_down(self):
        self.assertEqual(self._set(1)["quantity"], 1)
        line = self.lines
        self.assertEqual(self._set(3)["quantity"], 3)
        self.assertEqual(self.lines, line)
        self.assertEqual(line.quantity_invoice, 3)
        self.assertEqual(line.amount_invoice, 259.50)
        self.assertEqual(line.analytic_line_id.amount, -123.60)
        self.assertEqual(self._set(0)["quantity"], 0)
        self.assertFalse(self.lines)

    def test_a_repeated_tap_counts_once(self):
        for _time in range(2):
            result = self._set(2, request_uuid="parts-tap-0001")
            self.assertEqual(result["quantity"], 2)
        self.assertEqual(self.lines.quantity, 2)
        with self.assertRaisesRegex(UserError, "already used"):
            self._set(3, request_uuid="parts-tap-0001")

    def test_lines_recorded_one_by_one_are_counted_together(self):
        self._record(
            self.intervention,
            *[{"kind": "part", "product_id": self.part.id, "quantity": n} for n in (2, 3)],
        )
        self.assertEqual(self._parts()[self.part.id]["quantity"], 5)
        self.assertEqual(self._set(1)["quantity"], 1)
        self.assertEqual(self.lines.mapped("quantity"), [1])

    def test_a_signed_line_is_never_changed(self):
        self._set(2)
        signed = self.lines
        made = self.mine.make_report()
        self.env["service.report"].browse(made["report_id"]).with_user(
            self.user_technician
        ).close_unsigned(reason="Nobody there")
        self.assertEqual(self._parts()[self.part.id]["quantity"], 0)
        self._set(1)
        self.assertEqual(signed.quantity, 2)
        self.assertEqual((self.lines - signed).quantity, 1)

    def test_a_colleagues_parts_stay_theirs(self):
        self.intervention.technician_ids |= self.colleague
        self._record(
            self.intervention,
            {"kind": "part", "product_id": self.part.id, "quantity": 4},
            user=self.user_colleague,
        )
        self.assertEqual(self._parts()[self.part.id]["quantity"], 0)
        self._set(1)
        self.assertEqual(sorted(self.lines.mapped("quantity")), [1, 4])

    def test_of_two_machines_each_has_its_parts(self):
        second = self.equipment.copy({"serial_number": "ST-9"})
        self.intervention.equipment_ids |= second
        self._set(1, equipment_id=self.equipment.id)
        self._set(2, equipment_id=second.id)
        found = self.mine.find_parts(equipment_id=second.id)
        self.assertEqual(len(found["equipment"]), 2)
        self.assertEqual(self._parts(equipment_id=second.id)[self.part.id]["quantity"], 2)
        self.assertEqual(
            {line.equipment_id: line.quantity for line in self.lines},
            {self.equipment: 1, second: 2},
        )

    def test_a_serial_number_has_a_line_and_stands_in_its_name(self):
        self._set(1, serial_number=" SN-1 ")
        self._set(1, serial_number="SN-2")
        self._set(1, serial_number="SN-2")
        self.assertEqual(self.lines.mapped("serial_number"), ["SN-1", "SN-2"])
        self.assertIn("SN-1", self.lines[0].name)
        self.assertEqual(self._parts()[self.part.id]["quantity"], 2)

    def test_a_price_by_quantity_follows_one_set_by_hand_does_not(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "By the box",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "1_product",
                            "product_tmpl_id": self.part.product_tmpl_id.id,
                            "compute_price": "fixed",
                            "fixed_price": 70.0,
                            "min_quantity": 10,
                        },
                    )
                ],
            }
        )
        self.customer.property_product_pricelist = pricelist
        self._set(9)
        self.assertEqual(self.lines.price_unit, 86.50)
        self._set(10)
        self.assertEqual(self.lines.price_unit, 70.0)
        self.lines.with_user(self.user_manager).price_unit = 65.0
        self._set(2)
        self.assertEqual(self.lines.price_unit, 65.0)

    # Who may, and what is refused

    def test_only_the_crew_counts(self):
        for user, error in (
            (self.user_colleague, AccessError),
            (self.user_employee, AccessError),
            (self.user_outside, AccessError),
        ):
            foreign = self.intervention.with_user(user)
            with self.assertRaises(error):
                foreign.find_parts()
            with self.assertRaises(error):
                foreign.find_part_by_code(code="TS-100")
            with self.assertRaises(error):
                foreign.set_part(product_id=self.part.id, quantity=1)

    def test_bad_input_gets_a_sentence_and_nothing_is_stored(self):
        for arguments, words in (
            ({"quantity": -1}, "cannot be negative"),
            ({"quantity": 1e12}, "cannot be negative"),
            ({"quantity": "many"}, "not a number"),
            ({"quantity": 1, "equipment_id": 0x7FFFFFFF}, "not part of the intervention"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self._set(**arguments)
        for product_id in (None, "x", [self.part.id], 0x7FFFFFFF):
            with self.assertRaises(ValidationError):
                self.mine.set_part(product_id=product_id, quantity=1)
        self.assertFalse(self.lines)

    def test_nothing_is_counted_on_a_closed_intervention(self):
        self.intervention.state = "cancelled"
        with self.assertRaisesRegex(UserError, "is closed"):
            self._set(1)

    # The dialog for hours

    def test_hours_are_one_tap_in_the_dialog(self):
        dialog = (
            self.env["service.intervention.record.work"]
            .with_user(self.user_technician)
            .new({"intervention_id": self.intervention.id, "duration": "120"})
        )
        dialog._onchange_duration()
        self.assertEqual((dialog.stop - dialog.start).total_seconds(), 2 * 3600)
        self.mine.check_in()
        dialog.duration = "arrival"
        dialog._onchange_duration()
        self.assertFalse(dialog.start, "Just arrived: the hours are written.")
