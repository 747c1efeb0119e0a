import base64
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..importing import packed, texts

MAX_TITLE = 200
# Addresses in a page that may name a file beside it.
LINK = re.compile(r"(\b(?:src|href)=\")([^\"#?]+)([^\"]*\")")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


@dataclass
class Plan:
    """What becomes of one article of the source.

    :param status: ``new``, ``changed``, ``same``, ``kept`` (changed here since) or ``refused``
    :param note: sentences for people
    :param files: paths of the files that its texts point at
    :param article: the one it was imported to before
    """

    draft: texts.Draft
    status: str = "new"
    note: str = ""
    digest: str = ""
    lang: str = ""
    files: list = field(default_factory=list)
    article: models.Model = None


class KnowledgeImport(models.TransientModel):
    """Takes articles in that were written elsewhere: shows first what would come, then all or
    nothing.
    """

    _name = "knowledge.import"
    _description = "Import of Articles"
    _inherit = ["dialog.mixin"]

    source = fields.Selection(
        selection=[("file", "A file"), ("pages", "Pages of OCA's document_page, in this database")],
        default="file",
        required=True,
    )
    has_pages = fields.Boolean(compute="_compute_has_pages")
    file = fields.Binary(
        attachment=False,
        help="A ZIP with a folder of Markdown or HTML files and their pictures; or one such file;"
        " or a table (CSV).",
    )
    file_name = fields.Char()
    column_ids = fields.One2many("knowledge.import.column", "import_id", string="Columns")
    lang = fields.Selection(
        selection="_selection_lang",
        string="Language",
        default=lambda self: self.env.lang or "en_US",
        required=True,
        help="Of the articles that do not say theirs.",
    )
    audience = fields.Selection(
        selection=lambda self: (
            self.env["knowledge.article"]._fields["audience"]._description_selection(self.env)
        ),
        default="technician",
        required=True,
        help="Of new articles.",
    )
    company_id = fields.Many2one("res.company", help="Leave empty to share them among all.")
    publish = fields.Boolean(
        string="Publish at Once", help="New articles that are complete are published."
    )
    line_ids = fields.One2many("knowledge.import.line", "import_id", string="Preview")
    summary = fields.Char(compute="_compute_summary")
    is_ready = fields.Boolean(compute="_compute_summary")

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    def _compute_has_pages(self):
        self.has_pages = self._has_pages()

    @api.depends("line_ids.status")
    @api.depends_context("lang")
    def _compute_summary(self):
        labels = dict(
            self.env["knowledge.import.line"]._fields["status"]._description_selection(self.env)
        )
        for wizard in self:
            counts = {
                status: len(lines) for status, lines in wizard.line_ids.grouped("status").items()
            }
            wizard.summary = " · ".join(
                f"{label}: {counts[status]}" for status, label in labels.items() if status in counts
            )
            wizard.is_ready = bool(counts.get("new") or counts.get("changed"))

    @api.onchange("file", "file_name", "source")
    def _onchange_file(self):
        self.line_ids = [Command.clear()]
        self.column_ids = [Command.clear()]
        if self.source != "file" or packed.kind_of(self.file_name or "") != ".csv":
            return
        try:
            columns = texts.columns(self.file_name, self._content())
        except packed.ReadingError:
            return  # the preview says why
        self.column_ids = [
            Command.create({"name": name, "part": part}) for name, part in columns.items()
        ]

    # === ACTIONS === #

    def action_preview(self):
        """Show what the source would bring; nothing is written yet."""
        self.ensure_one()
        plans = self._plan()
        order = list(self.env["knowledge.import.line"]._fields["status"].get_values(self.env))
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": plan.draft.values.get("name") or plan.draft.key,
                        "key": plan.draft.key,
                        "status": plan.status,
                        "note": plan.note,
                    }
                )
                for plan in sorted(plans, key=lambda plan: order.index(plan.status))
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Articles"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_import(self):
        """Take in what is new and what has changed, all of it or nothing.

        :return: the action that shows the articles
        """
        self.ensure_one()
        articles = self.env["knowledge.article"]
        articles.check_access("create")
        plans = self._plan()
        contents = self._files() if any(plan.files for plan in plans) else {}
        for plan in plans:
            if plan.status == "new":
                articles += self._create_article(plan, contents)
            elif plan.status == "changed":
                articles += self._change_article(plan, contents)
        if not articles:
            raise UserError(self.env._("There is nothing new in it: no article was imported."))
        action = self.env["ir.actions.actions"]._for_xml_id(
            "knowledge_base.knowledge_article_action"
        )
        return {
            **action,
            "name": self.env._("Imported Articles"),
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", articles.ids)],
            "context": {},
        }

    # === WHAT WOULD COME === #

    def _plan(self) -> list[Plan]:
        """What becomes of each article of the source, in its order."""
        files = {} if self.source == "pages" else self._files()
        plans = []
        for key, read in self._readers(files):
            try:
                plans += [Plan(draft) for draft in read()]
            except packed.ReadingError as error:
                plans.append(Plan(texts.Draft(key), "refused", self._sentence(error)))
        if not plans:
            raise UserError(self._sentence(packed.ReadingError("nothing")))
        return self._judge(plans, files)

    def _readers(self, files):
        """What the source consists of: (key, function that reads its articles)."""
        if self.source == "pages":
            return [
                (page[0], lambda page=page: [texts.read_stored_page(*page)])
                for page in self._stored_pages()
            ]
        parts = {column.name: column.part for column in self.column_ids if column.part}
        return [
            (path, lambda path=path: texts.read(path, files[path], parts or None))
            for path in sorted(files)
            if packed.kind_of(path) in packed.TEXTS
        ]

    def _judge(self, plans, files):
        """Compare what was found with what was imported before."""
        known = (
            self.env["knowledge.article"]
            .with_context(active_test=False)
            .search(
                [
                    ("import_key", "in", [plan.draft.key for plan in plans]),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
        known_by_key = known.grouped("import_key")
        langs = self._langs_by_name()
        seen = set()
        for plan in plans:
            if plan.status == "refused":
                continue
            values = plan.draft.values
            said = values.get("lang", "").lower().replace("-", "_")
            plan.lang = langs.get(said) if said else self.lang
            if not values.get("name"):
                plan.status, plan.note = "refused", self.env._("It has no title.")
            elif not plan.lang:
                plan.status = "refused"
                plan.note = self.env._(
                    "Language “%(name)s” is not in use here.", name=values["lang"]
                )
            elif plan.draft.key in seen:
                plan.status = "refused"
                plan.note = self.env._("The same is there twice: only the first one is taken.")
            else:
                seen.add(plan.draft.key)
                self._judge_one(plan, files, known_by_key.get(plan.draft.key))
        return plans

    def _judge_one(self, plan, files, article):
        values = plan.draft.values
        notes = self._find_files(plan, files)
        plan.digest = self._digest(plan, files)
        if article:
            plan.article = article
            if article.import_digest == plan.digest:
                plan.status = "same"
            elif article.text_revision != article.import_revision:
                plan.status = "kept"
                notes = [self.env._("It was changed here since: the source changes it no more.")]
            else:
                plan.status = "changed"
        elif self.publish and not self._is_complete(values):
            notes.append(
                self.env._("It stays a draft: a symptom, or a workaround or a solution is missing.")
            )
        if len(values["name"]) > MAX_TITLE:
            notes.append(self.env._("The title is cut."))
        plan.note = " ".join(notes)

    def _find_files(self, plan, files):
        """Note which files the texts point at; sentences about those that are missing."""
        missing = []
        for part in texts.BODIES:
            for link in LINK.finditer(plan.draft.values.get(part, "")):
                if SCHEME.match(link[2]):
                    continue
                path = self._path_of(plan, link[2])
                if path in files and packed.kind_of(path) not in packed.TEXTS:
                    if len(files[path]) <= packed.MAX_FILE:
                        plan.files.append(path)
                    else:
                        missing.append(
                            self.env._("“%(name)s” is too big: it is left out.", name=path)
                        )
                elif packed.kind_of(path) in packed.PICTURES | packed.DOCUMENTS:
                    missing.append(self.env._("“%(name)s” is not in the file.", name=path))
        return missing

    @staticmethod
    def _path_of(plan, link):
        return posixpath.normpath(posixpath.join(plan.draft.folder, unquote(link)))

    @api.model
    def _is_complete(self, values):
        return values.get("symptom") and (values.get("workaround") or values.get("solution"))

    @staticmethod
    def _digest(plan, files):
        said = [sorted(plan.draft.values.items()), plan.draft.folder, plan.lang]
        digest = hashlib.sha256(json.dumps(said).encode())
        for path in plan.files:
            digest.update(hashlib.sha256(files[path]).digest())
        return digest.hexdigest()

    def _langs_by_name(self):
        """Codes of the languages in use by all they are called: ``it_IT``, ``it``, ``Italiano``."""
        langs = {}
        for code, name in self.env["res.lang"].get_installed():
            for called in (
                code,
                code.split("_")[0],
                name,
                name.split(" / ")[-1],
                name.split(" (")[0],
            ):
                langs.setdefault(called.lower().replace("-", "_"), code)
        return langs

    def _content(self) -> bytes:
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            return base64.b64decode(self.file)
        except ValueError as error:  # sent by a program
            raise packed.ReadingError("binary") from error

    def _files(self) -> dict[str, bytes]:
        try:
            return packed.unpack(self.file_name or "", self._content())
        except packed.ReadingError as error:
            raise UserError(self._sentence(error)) from error

    def _sentence(self, error) -> str:
        """What to tell people about a file that cannot be read."""
        name, megabytes = error.name, 1_000_000
        sentences = {
            "too_big": self.env._(
                "The file is too big: at most %(packed)s MB, and %(unpacked)s MB unpacked. Divide"
                " it.",
                packed=packed.MAX_BYTES // megabytes,
                unpacked=packed.MAX_UNPACKED // megabytes,
            ),
            "too_many": self.env._(
                "There are too many articles or files in it, more than %(count)s. Divide it.",
                count=packed.MAX_FILES,
            ),
            "kind": self.env._(
                "“%(name)s” is no ZIP, Markdown, HTML or CSV file. Choose one of these.", name=name
            ),
            "zip": self.env._("The ZIP is damaged: pack it again."),
            "method": self.env._(
                "The ZIP is packed in a way that is not read here: pack it again as a plain ZIP."
            ),
            "password": self.env._("The ZIP asks for a password: pack it again without."),
            "nothing": self.env._("There is no Markdown, HTML or CSV file in it."),
            "text_too_big": self.env._("The text is too long."),
            "binary": self.env._("This is no text."),
            "table": self.env._("The table is damaged: save it again as CSV (UTF-8)."),
            "columns": self.env._(
                "Each column of the table needs a name of its own, and each row as many columns."
            ),
            "page": self.env._("The page has no content."),
            "markdown": self.env._(
                "Markdown cannot be read: the Python package markdown-it-py is not installed on the"
                " server (requirements.txt)."
            ),
        }
        return sentences[error.reason]

    # === WHAT COMES === #

    def _create_article(self, plan, contents):
        article = self.env["knowledge.article"].create(
            {
                **self._prepare_article_values(plan, contents),
                "audience": self.audience,
                "company_id": self.company_id.id,
                "import_key": plan.draft.key,
            }
        )
        article.import_revision = article.text_revision
        if self.publish and self._is_complete(plan.draft.values):
            article.action_publish()
        return article

    def _change_article(self, plan, contents):
        article = plan.article
        article.write(self._prepare_article_values(plan, contents))
        article.import_revision = article.text_revision
        return article

    def _prepare_article_values(self, plan, contents):
        values = plan.draft.values
        ids = self._attach(plan, contents)
        return {
            "name": values["name"][:MAX_TITLE],
            "product": values.get("product", False),
            "error_codes": values.get("error_codes", False),
            "lang": plan.lang,
            "category_id": self._category(values.get("category") or plan.draft.folder).id,
            "tag_ids": [Command.set(self._tags(values.get("tags", "")).ids)],
            "import_digest": plan.digest,
            **{part: self._with_files(plan, values.get(part), ids) for part in texts.BODIES},
        }

    def _attach(self, plan, contents) -> dict[str, int]:
        """Ids of the attachments by path: those the article has already, else new ones."""
        present = {}
        if plan.article:
            present = {file.checksum: file.id for file in plan.article._files()}
        ids = {}
        attachments = self.env["ir.attachment"]
        for path in plan.files:
            checksum = attachments._compute_checksum(contents[path])
            if path not in ids:
                ids[path] = present.get(checksum) or (
                    attachments.create(
                        {
                            "name": posixpath.basename(path),
                            "raw": contents[path],
                            "res_model": "knowledge.article",
                            "res_id": plan.article.id if plan.article else 0,
                        }
                    ).id
                )
        return ids

    def _with_files(self, plan, content, ids):
        """The text with the addresses of its attachments."""
        if not content:
            return False

        def address(link):
            file_id = ids.get(self._path_of(plan, link[2]))
            if not file_id or SCHEME.match(link[2]):
                return link[0]
            is_picture = packed.kind_of(link[2]) in packed.PICTURES
            path = f"/web/image/{file_id}" if is_picture else f"/web/content/{file_id}?download=1"
            return f'{link[1]}{path}"'

        return LINK.sub(address, content)

    def _category(self, path):
        """The category of a path ``Boilers / Gas``; what is missing of it is made.

        A folder that begins a path may be a category inside another, if only one has this name.
        """
        categories = self.env["knowledge.category"].with_context(lang=self.lang)
        category = categories.browse()
        for name in filter(None, (part.strip() for part in path.split("/"))):
            named = categories.search([("name", "=ilike", name)])
            found = named.filtered(lambda known, parent=category: known.parent_id == parent)[:1]
            if not found and not category and len(named) == 1:
                found = named
            category = found or categories.create({"name": name, "parent_id": category.id})
        return category

    def _tags(self, names):
        tags = self.env["knowledge.tag"].with_context(lang=self.lang)
        found = tags.browse()
        for name in filter(None, (part.strip() for part in re.split(r"[,;]", names))):
            found |= tags.search([("name", "=ilike", name)], limit=1) or tags.create({"name": name})
        return found


class KnowledgeImportColumn(models.TransientModel):
    """A column of a table, and the part of an article it holds."""

    _name = "knowledge.import.column"
    _description = "Column of an Import"
    _inherit = ["dialog.mixin"]

    import_id = fields.Many2one("knowledge.import", required=True, ondelete="cascade")
    name = fields.Char(string="Column", required=True, readonly=True)
    part = fields.Selection(
        selection=[
            ("key", "Identifier"),
            ("name", "Title"),
            ("symptom", "Symptom"),
            ("cause", "Cause"),
            ("workaround", "Workaround"),
            ("solution", "Solution"),
            ("error_codes", "Error codes"),
            ("product", "Product or model"),
            ("tags", "Tags"),
            ("category", "Category"),
            ("lang", "Language"),
        ],
        string="Goes Into",
        help="Leave empty what is not to be imported.",
    )


class KnowledgeImportLine(models.TransientModel):
    """What would become of one article of the source."""

    _name = "knowledge.import.line"
    _description = "Article to Import"
    _inherit = ["dialog.mixin"]

    import_id = fields.Many2one("knowledge.import", required=True, ondelete="cascade")
    name = fields.Char(string="Title", readonly=True)
    key = fields.Char(string="Source", readonly=True)
    status = fields.Selection(
        selection=[
            ("refused", "Refused"),
            ("kept", "Changed here"),
            ("new", "New"),
            ("changed", "Changed"),
            ("same", "Unchanged"),
        ],
        readonly=True,
    )
    note = fields.Char(readonly=True)
