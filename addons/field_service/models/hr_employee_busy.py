from odoo import api, models

from .service_intervention import OPEN_STATES


class HrEmployee(models.Model):
    """When colleagues are busy, without saying with what."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.employee"

    @api.model
    def _get_crew(self, user):
        """Who is on an open intervention together with a user, in sudo; without that user."""
        # Outside technicians read no personnel records: whom they work with is known to them.
        interventions_sudo = (
            self.env["service.intervention"]
            .sudo()
            .search([("technician_ids.user_id", "=", user.id), ("state", "in", list(OPEN_STATES))])
        )
        return interventions_sudo.technician_ids.filtered(lambda employee: employee.user_id != user)

    def _get_busy_stretches(self, start, stop):
        """Stretches in which people have a commitment, any one, merged where they touch.

        :return: dict employee → list of (start, stop), naive UTC, in order
        """
        promised = self._get_commitments(start, stop)
        return {
            employee: _merge(
                (max(item.start, start), min(item.stop, stop)) for item in promised[employee.id]
            )
            for employee in self
        }


def _merge(stretches):
    """
    >>> _merge([(5, 6), (1, 3), (2, 4), (4, 5)])
    [(1, 6)]
    >>> _merge([(3, 4), (1, 2)])
    [(1, 2), (3, 4)]
    """
    merged = []
    for start, stop in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
