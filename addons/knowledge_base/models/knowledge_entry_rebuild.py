import time

from odoo import api, models, modules, tools

BATCH = 200  # sources between two commits
SECONDS = 60  # of one run of the job
PROGRESS = "knowledge_base.rebuild_from"  # parameter: "model,id" of the last source done


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
    def _rebuild(self, seconds=SECONDS) -> bool:
        """Make the index anew from its sources, going on where the last run stopped.

        :return: whether it is complete
        """
        parameters = self.env["ir.config_parameter"]
        entries = self.with_context(active_test=False)
        begun, _comma, last = (parameters.get_param(PROGRESS) or "").partition(",")
        deadline = time.monotonic() + seconds
        for name in [name for name in self._source_models() if name >= begun]:
            last_id = int(last) if name == begun and last else 0
            while records := self._next_sources(name, last_id):
                records._knowledge_index()
                entries._drop_orphans(name, last_id, records)
                last_id = records[-1].id
                parameters.set_param(PROGRESS, f"{name},{last_id}")
                if not modules.module.current_test:
                    self.env["ir.cron"]._commit_progress(len(records), remaining=1)
                if time.monotonic() >= deadline:
                    return False
            entries.search([("res_model", "=", name), ("res_id", ">", last_id)]).unlink()
        entries.search([("res_model", "not in", self._source_models())]).unlink()
        self._analyse()
        parameters.set_param(PROGRESS, "")
        if not modules.module.current_test:
            self.env["ir.cron"]._commit_progress(remaining=0)
        return True

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
