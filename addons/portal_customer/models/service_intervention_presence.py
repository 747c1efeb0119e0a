from odoo import fields, models

# So many of one's own positions are listed on a page.
MAX_POSITIONS = 30


class ServiceIntervention(models.Model):
    """Who is on the way, and what an outside technician asks for from the site."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _portal_visit(self, visit):
        """Override to say who is on the way or there, and whether that is the reader."""
        values = super()._portal_visit(visit)
        # Portal users read no stays: those of a visit they may see, while they last.
        stays_sudo = self.sudo().presence_ids.filtered(
            lambda stay: stay.event_id == visit and not stay.left_on and not stay._is_lost()
        )
        mine_sudo = stays_sudo.filtered(lambda stay: stay.user_id == self.env.user)
        state = "on_site" if mine_sudo.on_site_start else "travelling"
        return values | {
            "there": [
                {
                    "name": stay.user_id.name,
                    "is_travelling": stay._is_travelling(),
                    "since": stay.on_site_start or stay.travel_start,
                }
                for stay in stays_sudo
            ],
            # Whoever has left comes back as long as the visit lasts.
            "can_go": not values["checked_out_on"] or visit.stop >= fields.Datetime.now(),
            "my_presence": state if mine_sudo else "",
            "my_since": mine_sudo.on_site_start or mine_sudo.travel_start,
        }

    def _portal_work_values(self):
        """Override to offer what is asked for on site, and to say what is kept of positions."""
        values = super()._portal_work_values()
        # The caller has checked that the work is theirs.
        job_sudo = self.sudo()
        own = job_sudo.follow_up_ids.filtered(
            lambda job: self.env.user in job.technician_ids.user_id
        )
        states = dict(self._fields["state"]._description_selection(self.env))
        return values | {
            "equipment": [
                {"id": item.id, "name": item.display_name} for item in job_sudo.equipment_ids
            ],
            "follow_ups": [
                {
                    "title": job.display_name,
                    "state": states[job.state],
                    "url": f"/my/interventions/{job.id}",
                }
                for job in own
            ],
            "position_notice": job_sudo.position_notice,
            "positions": self._portal_positions() if job_sudo.position_notice else [],
        }

    def _portal_positions(self):
        """The user's own last positions, wherever they worked."""
        # Portal users have no right to positions; these are their own.
        positions_sudo = (
            self.env["service.position"]
            .sudo()
            .search([("user_id", "=", self.env.uid)], limit=MAX_POSITIONS)
        )
        acts = dict(positions_sudo._fields["act"]._description_selection(self.env))
        return [
            {
                "moment": position.moment,
                "act": acts[position.act],
                "number": position.intervention_id.number,
                "place": f"{position.latitude:.3f} / {position.longitude:.3f}",
                "url": position.action_open_map()["url"],
            }
            for position in positions_sudo
        ]
