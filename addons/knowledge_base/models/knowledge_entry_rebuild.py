import time
from datetime import timedelta

from odoo import api, fields, models, modules, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

BATCH = 200  # sources between two commits
SECONDS = 60  # of one run of the job
STEP = 3  # seconds of one step while somebody looks on
PROGRESS = "knowledge_base.rebuild_from"  # parameter: "model,id" of the last source done
GOES_STALE = timedelta(days=1)  # what was done before is done again


class KnowledgeEntry(models.Model):
    _inherit = "knowledge.entry"

    @api.model
    @tools.ormcache()
    def _source_models(self) -> tuple[str, ...]:
        """Names of the models whose solved records are in the index, in order."""
        mixin = self.env.registry["knowledge.source.mixin"]
        return tuple(
            sorted(
                name
                for name, model in self.env.registry.items()
                if issubclass(model, mixin) and model._auto and not model._abstract
            )
        )

    @api.model
    def rebuild(self, go_on=False) -> dict:
        """Make the index anew for a few seconds; for managers.

        :param bool go_on: where anybody stopped, instead of from the start
        :return: as `rebuild_progress`
        """
        self._check_may_rebuild()
        # sudo: the index mirrors its sources, whoever asks for it
        entries_sudo = self.sudo()
        complete = False
        if entries_sudo._take_rebuild_turn():
            if not go_on:
                entries_sudo.env["ir.config_parameter"].set_param(PROGRESS, "")
            # Whoever else was at it may have ended it.
            has_ended = go_on and not self._rebuild_position()[0]
            complete = has_ended or entries_sudo._rebuild(STEP)
        progress = self.rebuild_progress()
        if complete:
            progress.update(done=progress["total"], complete=True)
        return progress

    @api.model
    def rebuild_progress(self) -> dict:
        """How far making the index anew has come; for managers.

        :return: dict with ``done`` and ``total``, numbers of sources, none done while nobody has
            begun; and whether it is ``complete`` now
        """
        self._check_may_rebuild()
        begun, last_id = self._rebuild_position()
        done = total = 0
        for name in self._source_models():
            # sudo: how many there are, of all companies
            sources_sudo = self.env[name].sudo().with_context(active_test=False)
            count = sources_sudo.search_count([])
            total += count
            if name < begun:
                done += count
            elif name == begun:
                done += sources_sudo.search_count([("id", "<=", last_id)])
        return {"done": done, "total": total, "complete": False}

    @api.model
    def _check_may_rebuild(self):
        if not self.env.user.has_group("knowledge_base.knowledge_base_group_manager"):
            raise AccessError(self.env._("Only a knowledge manager makes the index anew."))

    @api.model
    def _rebuild_position(self) -> tuple[str, int]:
        """Model and id of the last source that was gone through, if somebody has begun lately."""
        # sudo: nobody else reads parameters
        position_sudo = (
            self.env["ir.config_parameter"]
            .sudo()
            .search(
                [
                    ("key", "=", PROGRESS),
                    ("write_date", ">", fields.Datetime.now() - GOES_STALE),
                ]
            )
        )
        name, _comma, last = (position_sudo.value or "").partition(",")
        return name, int(last or 0)

    @api.model
    def _take_rebuild_turn(self) -> bool:
        """Whether nobody else is making the index anew; until the end of the transaction.

        SQL: a lock that no row has to be written for.
        """
        lock = SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", PROGRESS)
        return self.env.execute_query(lock)[0][0]

    @api.model
    def _rebuild(self, seconds=SECONDS) -> bool:
        """Make the index anew from its sources, going on where the last run stopped. Of two at once
        one does each batch.

        :return: whether it is complete
        """
        deadline = time.monotonic() + seconds
        while self._take_rebuild_turn():
            count = self._rebuild_batch()
            if not modules.module.current_test:
                self.env["ir.cron"]._commit_progress(count, remaining=int(bool(count)))
            if not count:
                return True
            if time.monotonic() >= deadline:
                break
        return False

    @api.model
    def _rebuild_batch(self) -> int:
        """Make the entries of the next sources anew.

        :return: how many sources; none once the index is complete
        """
        parameters = self.env["ir.config_parameter"]
        entries = self.with_context(active_test=False)
        begun, begun_id = self._rebuild_position()
        for name in [name for name in self._source_models() if name >= begun]:
            last_id = begun_id if name == begun else 0
            if records := self._next_sources(name, last_id):
                records._knowledge_index()
                entries._drop_orphans(name, last_id, records)
                parameters.set_param(PROGRESS, f"{name},{records[-1].id}")
                return len(records)
            entries.search([("res_model", "=", name), ("res_id", ">", last_id)]).unlink()
        entries.search([("res_model", "not in", self._source_models())]).unlink()
        self._analyse()
        # A job of its own: of many entries counting takes longer than somebody may wait for.
        self.env.ref("knowledge_base.knowledge_word_cron_refresh")._trigger()
        parameters.set_param(PROGRESS, "")
        return 0

    @api.model
    def _analyse(self) -> None:
        """Tell PostgreSQL how many entries there are: a search that is planned for an empty index
        compares each with each, until PostgreSQL's own job has come by.
        """
        self.env.flush_all()
        self.env.cr.execute("ANALYZE knowledge_entry, knowledge_vector")

    @api.model
    def _next_sources(self, name, last_id):
        sources = self.env[name].with_context(active_test=False)
        found = sources.search([("id", ">", last_id)], order="id", limit=BATCH)
        return found.with_env(self.env)

    @api.model
    def _drop_orphans(self, name, last_id, records):
        """Entries between two sources whose own source is gone."""
        self.search(
            [
                ("res_model", "=", name),
                ("res_id", ">", last_id),
                ("res_id", "<=", records[-1].id),
                ("res_id", "not in", records.ids),
            ]
        ).unlink()
