from odoo import models
from odoo.tools import float_round


class AccountTax(models.Model):
    """Amounts that are agreed before tax, on invoices whose prices are with it."""

    _inherit = "account.tax"

    def _get_price_of(self, amount):
        """The price of a line that comes to an amount before tax: these taxes may be in prices.

        It is not rounded to the cent: Odoo adds up prices before it rounds, so that a few lines
        together would come to a cent more or less.
        """
        details = self._get_tax_details(
            amount, 1, rounding_method="round_globally", special_mode="total_excluded"
        )
        included = sum(
            part["tax_amount"] for part in details["taxes_data"] if part["tax"].price_include
        )
        return float_round(amount + included, precision_digits=6) if included else amount

    def _get_names(self):
        """These taxes in a sentence for people."""
        return ", ".join(self.mapped("name")) or self.env._("none")
