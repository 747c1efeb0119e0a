import base64
import uuid

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Domain
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.res_users import CONTACT_KEY

ITEMS_PER_PAGE = 20
# By it the browser knows which form was taken last; nothing is trusted for it.
SENT_COOKIE = "portal_customer_sent"
# Name of each counter on the home page, and what it counts.
COUNTERS = {
    "ticket_count": ("helpdesk.ticket", [("closed", "=", False)]),
    "waiting_ticket_count": (
        "helpdesk.ticket",
        [("closed", "=", False), ("stage_id.waiting", "=", True)],
    ),
    "intervention_count": ("service.intervention", [("state", "not in", ["done", "cancelled"])]),
    "equipment_count": ("service.equipment", []),
    "contract_count": ("service.contract", []),
    "article_count": ("knowledge.article", []),
}


class PortalPages(CustomerPortal):
    """What Campo's pages have in common: lists, details, and acts that say what was wrong."""

    def _prepare_home_portal_values(self, counters):
        """Override of `portal` to count what is asked for, and nothing else."""
        values = super()._prepare_home_portal_values(counters)
        for name in COUNTERS.keys() & set(counters):
            model, domain = COUNTERS[name]
            shown = request.env.user._portal_list_domain(model)
            values[name] = request.env[model].search_count(shown & Domain(domain))
        if "visit_count" in counters:
            values["visit_count"] = len(
                request.env["service.intervention"]._portal_own_attendees(to_answer=True)
            )
        if "statement_count" in counters:
            values["statement_count"] = int(request.env.user._may_see_statement())
        return values

    # === LISTS === #

    def _render_list(self, model, url, *, title, page_name, options, query, page=1, template=None):
        """Render a list that shows the default whatever the address says.

        :param dict options: ``sortings`` and ``filters`` as Odoo's search bar wants them, the first
            one of each being the default, possibly ``groupings`` {name: (label, field)}, and
            ``search``, the fields that a word is looked for in
        :param dict query: arguments of the address, trusted for nothing
        """
        records = request.env[model]
        sortby = _known(query.get("sortby"), options["sortings"])
        filterby = _known(query.get("filterby"), options["filters"])
        groupings = {"none": {"label": records.env._("None")}, **options.get("groupings", {})}
        groupby = _known(query.get("groupby"), groupings)
        # PostgreSQL takes no text with a NUL, which nobody types.
        search = (query.get("search") or "").replace("\0", "").strip()[:100]
        domain = Domain(options["filters"][filterby].get("domain", []))
        domain &= request.env.user._portal_list_domain(model)
        if search:
            domain &= Domain.OR(Domain(name, "ilike", search) for name in options["search"])
        field = groupings[groupby].get("field")
        order = options["sortings"][sortby]["order"]
        kept = {"sortby": sortby, "filterby": filterby, "groupby": groupby}
        pages = pager(
            url=url,
            total=records.search_count(domain),
            page=page,
            step=ITEMS_PER_PAGE,
            url_args={**kept, "search": search},
        )
        found = records.search(
            domain,
            order=f"{field}, {order}" if field else order,
            limit=ITEMS_PER_PAGE,
            offset=pages["offset"],
        )
        rows = []
        for record in found:
            group = record.sudo()[field].display_name if field and record[field] else ""
            rows.append({**record._portal_row(), "group": group})
        return request.render(
            template or "portal_customer.portal_list",
            {
                **self._prepare_portal_layout_values(),
                "title": title,
                "page_name": page_name,
                "rows": rows,
                "grouped": bool(field),
                "pager": pages,
                "default_url": url,
                "sortby": sortby,
                "searchbar_sortings": options["sortings"],
                "filterby": filterby,
                "searchbar_filters": options["filters"],
                "groupby": groupby,
                "searchbar_groupby": groupings if len(groupings) > 1 else None,
                "search": search,
                "kept": kept,
                "empty": options["empty"],
            },
        )

    # === DETAILS === #

    def _get_record(self, model, record_id):
        """The record, if the user may read it; a foreign one and a missing one are the same."""
        record = request.env[model].browse(record_id).exists()
        if not record or not record.has_access("read"):
            raise NotFound
        self._act_as_its_contact(record)
        return request.env[model].browse(record_id)

    @staticmethod
    def _act_as_its_contact(record):
        """Show a record that the user may read as the contact by whom it is theirs.

        Links in mails lead to any of their customers; which one the lists show stays as chosen.
        """
        user = request.env.user
        contacts = user._get_own_contacts()
        if len(contacts) < 2:
            return
        for contact in user._get_acting_contact() | contacts:
            domain = user._portal_list_domain(record._name, contact) & Domain("id", "=", record.id)
            # What is asked is whose it is; whether the user may read it has been judged.
            if record.sudo().search_count(domain, limit=1):
                request.update_context(**{CONTACT_KEY: contact.id})
                return

    def _render_page(self, template, values):
        return request.render(
            f"portal_customer.{template}",
            {
                **self._prepare_portal_layout_values(),
                # What is sent from this page twice is done once.
                "request_uuid": str(uuid.uuid4()),
                "error": "",
                "typed": {},
                **values,
            },
        )

    @staticmethod
    def _send_file(name, content, mimetype):
        """A file that is saved, never shown as a page of ours, and kept by no cache on the way."""
        return request.make_response(
            content,
            [
                ("Content-Type", mimetype),
                ("Content-Length", str(len(content))),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    # === ACTS === #

    def _act(self, method, **arguments):
        """Do something with a public method; nothing is half done when it refuses.

        :return: the method's result, and the sentence to show when it was refused, else ""
        :raise NotFound: for what the user has no access to
        """
        try:
            with request.env.cr.savepoint():
                result = method(**arguments)
                request.env.flush_all()
        except (AccessError, MissingError) as error:
            raise NotFound from error
        except (UserError, ValidationError) as error:
            return None, str(error)
        # What was typed is kept in the browser until it is known to be taken, see keep_draft.js.
        if sent := arguments.get("request_uuid"):
            request.future_response.set_cookie(SENT_COOKIE, sent, samesite="Lax")
        return result, ""

    def _get_files(self):
        """Uploaded files as ``attachment.intake.mixin`` wants them; empty inputs are left out."""
        files = []
        for file in request.httprequest.files.getlist("files"):
            if file.filename:
                # Read anew when the request is repeated: Odoo winds back only the first one.
                file.seek(0)
                data = base64.b64encode(file.read()).decode()
                files.append({"name": file.filename, "data": data})
        return files


def _known(name, options):
    """A name from the address if it is one of those offered, else the first one."""
    return name if name in options else next(iter(options))


def to_int(value):
    """A number from a form, or None.

    >>> to_int("12"), to_int("x"), to_int("")
    (12, None, None)
    """
    return int(value) if str(value or "").isdecimal() else None
