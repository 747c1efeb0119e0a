from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from ..tools.idempotent import idempotent

# The newest open tickets of a customer that are compared; more than these no customer has in hand.
COMPARED = 200
MAX_TEXT = 2_000  # characters that are compared
MAX_FOUND = 20
MIN_LIKENESS = 0.35  # below this, silence is better than a wrong answer


class HelpdeskTicket(models.Model):
    """Duplicates: has the customer asked for this already?"""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # Duplicates are looked for among the open tickets of one customer.
    _open_customer_idx = models.Index("(commercial_partner_id, id DESC) WHERE closed IS NOT TRUE")

    # === PUBLIC METHODS === #

    @api.readonly
    def find_duplicates(self, text, partner_id=None, limit=5):
        """Find open requests of a customer that are like this text, other than these tickets.

        :param str text: the subject in the first line, then what else is known
        :param int partner_id: the requester; customers ask for their own company only
        :return: list of dicts, best first: id, number, name, stage, agent, requester, opened_on
            (UTC) and likeness (0..1)
        """
        self.check_access("read")
        text = text.replace("\x00", " ").strip()[:MAX_TEXT] if isinstance(text, str) else ""
        customer = self._get_duplicates_customer(partner_id)
        if not text or not customer:
            return []
        limit = limit if type(limit) is int and 0 < limit <= MAX_FOUND else MAX_FOUND
        likeness = dict(self._search_duplicates(text, customer, limit))
        # Which of them the user may read is decided; an agent's or a stage's name is no secret.
        tickets_sudo = self.browse(likeness).sudo()
        return [
            {
                "id": ticket.id,
                "number": ticket.number,
                "name": ticket.name,
                "stage": ticket.stage_id.name or "",
                "agent": ticket.user_id.name or "",
                "requester": ticket.partner_id.name or "",
                "opened_on": fields.Datetime.to_string(ticket.create_date),
                "likeness": round(likeness[ticket.id], 2),
            }
            for ticket in tickets_sudo
        ]

    @idempotent
    def add_request(self, text, partner_id=None, request_uuid=None):
        """Note on an open ticket that its customer asked for the same again.

        :param str text: what they said
        :param int partner_id: who of them asked; they read on from now on
        :return: ``{"ticket_id": …, "number": …}``
        """
        self.ensure_one()
        self.check_access("write")
        text = text.strip()[:MAX_TEXT] if isinstance(text, str) else ""
        if not text:
            raise ValidationError(self.env._("Write in a few words what the problem is."))
        requester = self._get_partner(partner_id)
        ticket_sudo = self._lock_to_act()
        if ticket_sudo.closed:
            raise UserError(
                self.env._(
                    "%(tickets)s is closed: open it again before you add to it.",
                    tickets=ticket_sudo.number,
                )
            )
        customer_sudo = requester.sudo().commercial_partner_id
        if requester and customer_sudo != ticket_sudo.commercial_partner_id:
            raise UserError(
                self.env._("%(ticket)s is of another customer.", ticket=ticket_sudo.number)
            )
        if requester and requester != ticket_sudo.partner_id:
            ticket_sudo.message_subscribe(partner_ids=requester.ids)
        told = self.env._(
            "%(requester)s asked for this again:", requester=requester.name or self.partner_id.name
        )
        self.message_post(
            body=Markup("<p>%s</p>%s") % (told, plaintext2html(text)),
            subtype_xmlid="mail.mt_note",
        )
        return {"ticket_id": self.id, "number": ticket_sudo.number}

    # === BUSINESS METHODS === #

    @api.model
    def _get_partner(self, partner_id):
        is_id = isinstance(partner_id, int) and not isinstance(partner_id, bool)
        partner = self.env["res.partner"].browse(partner_id if is_id else [])
        return partner.exists()

    @api.model
    def _get_duplicates_customer(self, partner_id):
        """The customer (in sudo) among whose tickets is searched."""
        user = self.env.user
        partner = user._get_acting_contact() if user.share else self._get_partner(partner_id)
        # Contacts may be hidden from who asks, their tickets are not: rules decide on those.
        return partner.sudo().commercial_partner_id

    @api.model
    def _get_duplicates_domain(self, customer):
        """Tickets among which duplicates are; an override narrows it."""
        return Domain("commercial_partner_id", "=", customer.id) & Domain("closed", "=", False)

    def _search_duplicates(self, text, customer, limit):
        """Compare a text with the newest open tickets that the user may read.

        SQL, because the likeness of two texts is the database's to tell: half of it is the share of
        words (by their stems) that the two have in common, half the likeness of the letters, which
        forgives typing errors.

        :return: rows of id and likeness, best first
        """
        domain = self._get_duplicates_domain(customer) & Domain("id", "not in", self.ids)
        query = self._search(domain, order="id desc", limit=COMPARED)
        asked = {
            "name": text.split("\n", 1)[0],
            "text": text,
            "words": self._get_words_configuration(customer),
        }
        likeness = SQL("(shared_of_name + shared_of_asked) / 2")
        if self.pool.has_trigram:
            likeness = SQL(
                """(%s + greatest(word_similarity(%s, ticket.name),
                                  word_similarity(ticket.name, %s))) / 2""",
                likeness,
                asked["name"],
                asked["name"],
            )
        return self.env.execute_query(
            SQL(
                """WITH ticket AS (%(tickets)s),
                        asked AS (
                   SELECT tsvector_to_array(to_tsvector(%(words)s::regconfig, %(name)s)) AS name,
                          tsvector_to_array(to_tsvector(%(words)s::regconfig, %(text)s)) AS every),
                        compared AS (
                   SELECT ticket.id, %(likeness)s AS likeness
                     FROM ticket
                    CROSS JOIN asked
                    CROSS JOIN LATERAL (
                   SELECT tsvector_to_array(to_tsvector(%(words)s::regconfig, ticket.name)) AS name,
                          tsvector_to_array(
                              to_tsvector(%(words)s::regconfig, ticket.told)) AS every) AS words
                    CROSS JOIN LATERAL (
                   SELECT coalesce(count(*) FILTER (WHERE word = ANY(asked.every))::float
                          / nullif(cardinality(words.name), 0), 0) AS shared_of_name
                     FROM unnest(words.name) AS word) AS of_name
                    CROSS JOIN LATERAL (
                   SELECT coalesce(count(*) FILTER (WHERE word = ANY(words.every))::float
                          / nullif(cardinality(asked.name), 0), 0) AS shared_of_asked
                     FROM unnest(asked.name) AS word) AS of_asked)
                   SELECT id, likeness
                     FROM compared
                    WHERE likeness >= %(least)s
                    ORDER BY likeness DESC, id DESC
                    LIMIT %(limit)s""",
                tickets=self._select_compared(query),
                likeness=likeness,
                least=MIN_LIKENESS,
                limit=limit,
                **asked,
            )
        )

    def _select_compared(self, query):
        name = self._field_to_sql(self._table, "name", query)
        # The parser of PostgreSQL passes over the tags of HTML.
        told = SQL(
            "%s || ' ' || left(coalesce(%s, ''), %s)",
            name,
            self._field_to_sql(self._table, "description", query),
            MAX_TEXT,
        )
        identifier = SQL.identifier(self._table, "id")
        return query.select(
            SQL("%s AS id", identifier), SQL("%s AS name", name), SQL("%s AS told", told)
        )

    @api.model
    def _get_words_configuration(self, customer):
        """How words are cut to their stems in the customer's language."""
        configurations = self.env["knowledge.entry"]._text_configurations()
        language = (customer.lang or self.env.lang or "").split("_")[0]
        return configurations.get(language, configurations["simple"])
