import time

from odoo import api, fields, models, modules, tools
from odoo.tools import SQL

from .. import clusters, encoder, text_search
from ..locking import lock_rows
from .knowledge_vector import NEAREST, signs, unpack

LISTS_FROM = 50_000  # vectors; fewer are compared all
GROWN = 4  # times as many vectors as when the lists were made: they are made anew
BATCH = 5_000  # vectors between two commits
SECONDS = 300  # of one run of the job
# Vectors of the lists that are nearest, before the reader's rights; who may read few looks at more.
LOOKED_AT, LOOKED_AT_BY_SHARE = 600, 3_000
LOOKED_AT_BY_EXTENSION = 400  # what pgvector finds of them
HNSW_INDEX = "knowledge_vector_hnsw_idx"


class KnowledgeEncoder(models.Model):
    _inherit = "knowledge.encoder"

    centroids = fields.Binary(attachment=False, readonly=True)
    listed = fields.Integer(readonly=True, help="How many vectors there were for these lists.")
    listed_to = fields.Integer(readonly=True, help="The last vector that was put into a list.")
    is_listed = fields.Boolean(readonly=True, help="Whether every vector is in a list.")

    @tools.ormcache("self.id", cache="stable")
    def _packed_centroids(self) -> bytes:
        ((packed,),) = self.env.execute_query(
            SQL("SELECT centroids FROM knowledge_encoder WHERE id = %s", self.id)
        )
        return bytes(packed or b"")

    def _centroids(self, numpy):
        """The middle of each list; None without lists."""
        packed = self._packed_centroids()
        return unpack(numpy, packed).reshape(-1, encoder.DIMENSIONS) if packed else None


class KnowledgeVector(models.Model):
    """With many entries a question is compared with those of a few lists, or by pgvector."""

    _inherit = "knowledge.vector"

    _list_idx = models.Index("(list) INCLUDE (entry_id, bits) WHERE list IS NOT NULL")

    # === FILLING === #

    @api.model
    def _organise(self, seconds=SECONDS) -> bool:
        """Make what lets a question look at few vectors, if there are many: pgvector's index where
        a database administrator has installed it, else lists; going on where the last run stopped.

        :return: whether nothing is left to do
        """
        model = self.env["knowledge.encoder"]._get()
        record = model and self.env["knowledge.encoder"].search([("name", "=", model.name)])
        if not record:
            return True
        count = self.search_count([("encoder_id", "=", record.id)])
        if count < LISTS_FROM:
            return True
        if self._has_extension():
            self._make_hnsw_index()
            return True
        if count >= GROWN * record.listed:
            self._make_lists(record, model.numpy, count)
        return self._assign_lists(record, model.numpy, time.monotonic() + seconds)

    def _make_lists(self, record, numpy, count):
        lists = clusters.list_count(count)
        share = min(100.0, 120.0 * lists * clusters.SAMPLE_PER_LIST / count)
        rows = self.env.execute_query(
            SQL(
                "SELECT vec FROM knowledge_vector TABLESAMPLE SYSTEM (%s) REPEATABLE (0)"
                " WHERE encoder_id = %s LIMIT %s",
                share,
                record.id,
                lists * clusters.SAMPLE_PER_LIST,
            )
        )
        vectors = self._directions(record, numpy, [packed for (packed,) in rows])
        found = clusters.centroids(numpy, vectors, lists)
        record.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE knowledge_encoder SET centroids = %s, listed = %s, listed_to = 0,"
                " is_listed = false WHERE id = %s",
                found.astype("float16").tobytes(),
                count,
                record.id,
            )
        )
        record.invalidate_recordset()
        self.env.registry.clear_cache("stable")

    def _assign_lists(self, record, numpy, deadline) -> bool:
        found = record._centroids(numpy)
        while not record.is_listed:
            batch = self.search(
                [("id", ">", record.listed_to), ("encoder_id", "=", record.id)],
                order="id",
                limit=BATCH,
            )
            rows = self.env.execute_query(
                SQL(
                    "SELECT id, vec FROM knowledge_vector WHERE id = ANY(%s) ORDER BY id",
                    lock_rows(batch).ids,
                )
            )
            if rows:
                ids, packed = zip(*rows, strict=True)
                vectors = self._directions(record, numpy, packed)
                lists = clusters.nearest_list(numpy, found, vectors).tolist()
                self.env.cr.execute(
                    SQL(
                        "UPDATE knowledge_vector AS vector SET list = row.list"
                        "  FROM unnest(%s, %s::int2[]) AS row(id, list)"
                        " WHERE vector.id = row.id AND vector.list IS DISTINCT FROM row.list",
                        list(ids),
                        lists,
                    )
                )
                record.listed_to = ids[-1]
            else:
                record.is_listed = True
            record.flush_recordset()
            if not modules.module.current_test:
                self.env["ir.cron"]._commit_progress(len(rows), remaining=int(bool(rows)))
            if time.monotonic() >= deadline:
                break
        return record.is_listed

    def _directions(self, record, numpy, packed):
        """Packed vectors about the mean, of length 1."""
        matrix = numpy.stack([unpack(numpy, one) for one in packed]) - record._mean(numpy)
        return clusters.lengths_of_one(numpy, matrix)

    def _store(self, record, numpy, vectors):
        """Override: what is new goes into its list at once."""
        super()._store(record, numpy, vectors)
        found = record._centroids(numpy)
        if found is None:
            return
        ids, matrix = zip(*vectors, strict=True)
        matrix = clusters.lengths_of_one(numpy, numpy.stack(matrix) - record._mean(numpy))
        self.env.cr.execute(
            SQL(
                "UPDATE knowledge_vector AS vector SET list = row.list"
                "  FROM unnest(%s, %s::int2[]) AS row(id, list) WHERE vector.id = row.id",
                list(ids),
                clusters.nearest_list(numpy, found, matrix).tolist(),
            )
        )

    # === ASKING === #

    @api.model
    def _nearest(self, record, numpy, vector, access) -> list[int]:
        """Override: look at a part of the vectors where there are many."""
        if self._has_hnsw_index():
            # the extension looks at this many; it counts for this transaction only
            self.env.execute_query(
                SQL(
                    "SELECT set_config('hnsw.ef_search', %s, true)",
                    str(LOOKED_AT_BY_EXTENSION),
                )
            )
            looked_at = SQL(
                "SELECT entry_id, bits <~> %(bits)s::bit(384) AS distance FROM knowledge_vector"
                " WHERE bits IS NOT NULL ORDER BY bits <~> %(bits)s::bit(384) LIMIT %(count)s",
                bits=signs(vector),
                count=LOOKED_AT_BY_EXTENSION,
            )
        elif record.is_listed:
            looked_at = SQL(
                "SELECT entry_id, bit_count(bits # %s::bit(384)) AS distance FROM knowledge_vector"
                " WHERE list = ANY(%s::int2[]) ORDER BY 2 LIMIT %s",
                signs(vector),
                clusters.probed_lists(numpy, record._centroids(numpy), vector),
                LOOKED_AT_BY_SHARE if self.env.user.share else LOOKED_AT,
            )
        else:
            return super()._nearest(record, numpy, vector, access)
        access.add_join(
            "JOIN", "near", SQL("(%s)", looked_at), SQL("near.entry_id = knowledge_entry.id")
        )
        # They come in this order already: no more entries are read than are wanted.
        rows = self.env.execute_query(
            SQL(
                "SELECT near.entry_id FROM %s WHERE %s ORDER BY near.distance LIMIT %s",
                access.from_clause,
                access.where_clause,
                NEAREST,
            )
        )
        return [entry_id for (entry_id,) in rows]

    # === EXTENSION === #

    @api.model
    def _has_extension(self) -> bool:
        """Whether pgvector compares bits here."""
        return text_search.has_operator_class(self.env.cr, "bit_hamming_ops")

    def _make_hnsw_index(self):
        if not self._has_hnsw_index():
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX %s ON knowledge_vector USING hnsw (bits bit_hamming_ops)",
                    SQL.identifier(HNSW_INDEX),
                )
            )

    @api.model
    def _has_hnsw_index(self) -> bool:
        return text_search.has_index(self.env.cr, HNSW_INDEX)
