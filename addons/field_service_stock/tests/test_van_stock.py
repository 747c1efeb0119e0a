from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestVanStock(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "stock.warehouse" not in cls.env:
            cls.skipTest(cls, "Odoo's stock is not installed here.")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        ) or cls.env["stock.warehouse"].create(
            {"name": "Main", "code": "MAIN", "company_id": cls.company.id}
        )
        cls.van = cls.env["stock.location"].create(
            {
                "name": "Van 1",
                "usage": "internal",
                "location_id": cls.warehouse.view_location_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.technician.van_location_id = cls.van
        products = cls.env["product.product"]
        cls.sensor = products.create(
            {"name": "Sensor", "is_storable": True, "list_price": 90.0, "standard_price": 41.2}
        )
        cls.drive = products.create(
            {
                "name": "Drive",
                "is_storable": True,
                "tracking": "serial",
                "list_price": 800.0,
                "standard_price": 500.0,
            }
        )
        cls.quants = cls.env["stock.quant"]
        cls.quants._update_available_quantity(cls.sensor, cls.van, 5)
        cls.job = cls._create_intervention()
        cls._plan(cls.job)
        cls.mine = cls.job.with_user(cls.user_technician)
        cls.project = cls.company._get_service_project()

    def _set(self, quantity, part=None, **arguments):
        return self.mine.set_part(
            product_id=(part or self.sensor).id, quantity=quantity, **arguments
        )

    def _on(self, location, part=None):
        return self.quants._get_available_quantity(
            part or self.sensor, location, allow_negative=True
        )

    @property
    def parts(self):
        return self.job.work_line_ids.filtered(lambda line: line.kind == "part")

    def _costs(self, part=None):
        """What stands on the accounts of the job for a part."""
        lines = self.env["account.analytic.line"].search(
            [
                ("product_id", "=", (part or self.sensor).id),
                ("account_id", "=", self.project.account_id.id),
            ]
        )
        return round(sum(lines.mapped("amount")), 2)

    def test_what_is_used_leaves_the_van_and_costs_once(self):
        self._set(2)
        self.assertEqual(self._on(self.van), 3)
        self.assertEqual(self.parts.stock_move_ids.location_dest_id.usage, "customer")
        self.assertEqual(self._costs(), -82.4)
        self.assertFalse(self.parts.analytic_line_id, "Campo writes no second cost.")
        self.assertEqual(self.parts.amount_cost, 82.4)

    def test_fewer_pieces_come_back_at_what_they_cost(self):
        self._set(4)
        self.sensor.standard_price = 60.0
        self._set(1)
        self.assertEqual(self._on(self.van), 4)
        self.assertEqual((self._costs(), self.parts.amount_cost), (-41.2, 41.2))
        self._set(0)
        self.assertEqual((self._on(self.van), self._costs()), (5, 0.0))

    def test_pieces_that_left_at_two_prices_come_back_at_both(self):
        self.sensor.standard_price = 10.0
        self._set(2)
        self.sensor.standard_price = 20.0
        self._set(3)
        self.assertEqual((self._costs(), self.parts.amount_cost), (-40.0, 40.0))
        self._set(1)
        self.assertEqual((self._costs(), self.parts.amount_cost), (-10.0, 10.0))
        self._set(2)
        self.assertEqual((self._costs(), self.parts.amount_cost), (-30.0, 30.0))
        self._set(0)
        self.assertEqual((self._on(self.van), self._costs()), (5, 0.0))

    def test_work_taken_back_is_back_on_the_van(self):
        line = self._record(
            self.job, {"kind": "part", "product_id": self.sensor.id, "quantity": 3}
        ).filtered(lambda line: line.kind == "part")
        self.assertEqual(self._on(self.van), 2)
        self.mine.remove_work(line_ids=line.ids)
        self.assertEqual((self._on(self.van), self._costs()), (5, 0.0))

    def test_a_signed_part_stays_where_it_is(self):
        self._set(2)
        made = self.mine.make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).close_unsigned(reason="Nobody there")
        with self.assertRaises(UserError):
            self.parts.unlink()
        self.assertEqual(self._on(self.van), 3)

    def test_a_repeated_request_moves_once(self):
        for _time in range(2):
            self._set(2, request_uuid="van-stock-0001")
        self.assertEqual(self._on(self.van), 3)

    def test_more_than_the_van_has_is_told_and_recorded(self):
        self.assertFalse(self._set(5)["lines"][0]["warning"])
        self.assertIn("Van 1", self._set(6)["lines"][0]["warning"])
        self.assertEqual(self._on(self.van), -1)

    def test_the_catalogue_tells_what_is_on_the_van(self):
        found = {part["id"]: part for part in self.mine.find_parts(search="sensor")["parts"]}
        self.assertEqual(found[self.sensor.id]["on_hand"], 5)
        self.assertIsNone(found[self.part.id]["on_hand"], "It is not kept in stock.")

    def test_without_a_van_it_comes_from_the_warehouse(self):
        self.technician.van_location_id = False
        self._set(1)
        self.assertEqual(self.parts.stock_move_ids.location_id, self.warehouse.lot_stock_id)

    def test_what_is_not_kept_in_stock_costs_as_before(self):
        self._set(1, part=self.part)
        self.assertFalse(self.parts.stock_move_ids)
        self.assertEqual(self.parts.analytic_line_id.amount, -41.2)

    def test_a_part_older_than_its_stock_goes_on_costing_where_it_does(self):
        self.sensor.is_storable = False
        self._set(1)
        self.sensor.is_storable = True
        self._set(2)
        self.parts.sudo().name = "Sensor, replaced"
        self.assertFalse(self.parts.stock_move_ids)
        self.assertEqual((self._costs(), self._on(self.van)), (-82.4, 5))

    # Serial numbers and lots

    def test_a_serial_number_is_asked_for_and_is_one_piece(self):
        with self.assertRaisesRegex(ValidationError, "Write the serial number or lot of “Drive”"):
            self._set(1, part=self.drive)
        with self.assertRaisesRegex(ValidationError, "one piece"):
            self._set(2, part=self.drive, serial_number="D-7")
        lot = self.env["stock.lot"].create({"name": "D-7", "product_id": self.drive.id})
        self.quants._update_available_quantity(self.drive, self.van, 1, lot_id=lot)
        self._set(1, part=self.drive, serial_number="D-7")
        self.assertEqual(self.parts.stock_move_ids.lot_ids, lot)
        self.assertEqual(self._on(self.van, self.drive), 0)
        with self.assertRaisesRegex(UserError, "one piece"):
            self._set(2, part=self.drive)
        self._set(0, part=self.drive)
        self.assertEqual(self._on(self.van, self.drive), 1)

    def test_a_serial_number_nobody_knew_is_known_from_now_on(self):
        result = self._set(1, part=self.drive, serial_number="D-8")
        self.assertTrue(result["lines"][0]["warning"])
        self.assertEqual(self.parts.stock_move_ids.lot_ids.name, "D-8")

    def test_the_serial_number_of_a_machine_is_written_on_it(self):
        self.equipment.write({"product_id": self.drive.id, "serial_number": False})
        self._set(1, part=self.drive, serial_number="D-9")
        self.assertEqual(self.equipment.serial_number, "D-9")
        self.mine.set_part(product_id=self.drive.id, quantity=1, serial_number="D-10")
        self.assertEqual(self.equipment.serial_number, "D-9")

    # Rights

    def test_technicians_have_no_rights_on_the_stock(self):
        self._set(1)
        with self.assertRaises(AccessError):
            self.parts.stock_move_ids.with_user(self.user_technician).read(["quantity"])
        with self.assertRaises(AccessError):
            self.technician.with_user(self.user_technician).van_location_id = False
