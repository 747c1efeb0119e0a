import time

from odoo import api, fields, models, modules, tools
from odoo.tools import SQL

from .. import encoder

BATCH = 32  # entries between two commits of the job
SECONDS = 60  # of one run of the job
NEAREST = 200  # entries that are compared exactly
SAMPLE = 4_096  # vectors that are enough for a mean
# Columns the ORM has no type for: the numbers, their signs about the mean, the list they are in.
COLUMNS = {"vec": "bytea", "bits": f"bit({encoder.DIMENSIONS})", "list": "int2"}


class KnowledgeVector(models.Model):
    """The meaning of each entry as a vector, if the encoder is there; the job fills them.

    A row without vector waits for the encoder. Beside the fields stand the columns ``vec`` (384
    numbers of 16 bits), ``bits`` (their signs about the mean), which find what is near in SQL, and
    ``list`` (see `knowledge_vector_lists`).
    """

    _name = "knowledge.vector"
    _description = "Meaning of a Solved Problem"
    _log_access = False
    _rec_name = "entry_id"

    entry_id = fields.Many2one("knowledge.entry", required=True, ondelete="cascade", readonly=True)
    encoder_id = fields.Many2one("knowledge.encoder", ondelete="cascade", readonly=True)

    _entry_uniq = models.UniqueIndex("(entry_id)")
    _waiting_idx = models.Index("(entry_id) WHERE encoder_id IS NULL")

    def _auto_init(self):
        if not tools.sql.table_exists(self.env.cr, self._table):
            tools.sql.create_model_table(self.env.cr, self._table, self._description)
        for name, kind in COLUMNS.items():
            if not tools.sql.column_exists(self.env.cr, self._table, name):
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE %s ADD COLUMN %s %s",
                        SQL.identifier(self._table),
                        SQL.identifier(name),
                        SQL(kind),
                    )
                )
        return super()._auto_init()

    # === FILLING === #

    @api.model
    def _queue(self, entries) -> None:
        """The texts of these entries are new: their meaning is to be encoded (again)."""
        if entries:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO knowledge_vector (entry_id) SELECT unnest(%s)
                    ON CONFLICT (entry_id)
                    DO UPDATE SET encoder_id = NULL, vec = NULL, bits = NULL, list = NULL
                    """,
                    entries.ids,
                )
            )
            self.invalidate_model(["encoder_id"])

    @api.model
    def _fill(self, seconds=SECONDS) -> int:
        """Encode what waits, newest first, for some seconds; done with each batch.

        :return: how many entries were encoded
        """
        deadline, done = time.monotonic() + seconds, 0
        while time.monotonic() < deadline and (encoded := self._fill_batch()):
            done += encoded
            if not modules.module.current_test:
                self.env["ir.cron"]._commit_progress(encoded, remaining=self._count_waiting())
        return done

    @api.model
    def _fill_batch(self) -> int:
        """Encode the newest entries that wait; how many they were. A text that fails twice says
        nothing from then on, so that the others get their turn.
        """
        model = self.env["knowledge.encoder"]._get()
        if not model:
            return 0
        try:
            record = self.env["knowledge.encoder"]._ensure(model)
            self._queue_other_models(record)
            waiting = self._take_waiting()
        except Exception as error:  # the search goes on with words
            encoder.failed(error)
            return 0
        vectors = []
        for vector_id, title, text in waiting:
            try:
                vectors.append((vector_id, model.document(title, text)))
            except Exception as error:  # as above
                if encoder.failed_over((title, text), error):
                    vectors.append((vector_id, model.numpy.zeros(encoder.DIMENSIONS, "float32")))
                break
        if vectors:
            self._store(record, model.numpy, vectors)
            record._refresh_mean(model.numpy)
        return len(vectors)

    def _queue_other_models(self, record):
        """Vectors of another model say nothing to this one: they wait to be made again."""
        others = record.search([("id", "!=", record.id)])
        if others:
            self.env.cr.execute(
                SQL(
                    "UPDATE knowledge_vector"
                    "   SET encoder_id = NULL, vec = NULL, bits = NULL, list = NULL"
                    " WHERE encoder_id = ANY(%s)",
                    others.ids,
                )
            )
            self.invalidate_model(["encoder_id"])
            others.unlink()

    def _take_waiting(self):
        return self.env.execute_query(
            SQL(
                """
                SELECT vector.id, entry.title, concat_ws(' ', entry.problem, entry.solution)
                  FROM knowledge_vector AS vector
                  JOIN knowledge_entry AS entry ON entry.id = vector.entry_id
                 WHERE vector.encoder_id IS NULL
                 ORDER BY vector.entry_id DESC
                 LIMIT %s
                   FOR UPDATE OF vector SKIP LOCKED
                """,
                BATCH,
            )
        )

    def _count_waiting(self):
        return self.search_count([("encoder_id", "=", False)])

    def _store(self, record, numpy, vectors):
        mean = record._mean(numpy)
        self.env.cr.execute(
            SQL(
                """
                UPDATE knowledge_vector AS vector
                   SET encoder_id = %s, vec = row.vec, bits = row.bits::bit(384)
                  FROM (VALUES %s) AS row(id, vec, bits)
                 WHERE vector.id = row.id
                """,
                record.id,
                SQL(", ").join(
                    SQL("(%s, %s, %s)", vector_id, pack(vector), signs(vector - mean))
                    for vector_id, vector in vectors
                ),
            )
        )
        self.invalidate_model(["encoder_id"])

    # === ASKING === #

    @api.model
    def _nearest(self, record, _numpy, vector, access) -> list[int]:
        """Ids of the entries nearest to a vector among those of a query on entries."""
        access.add_join(
            "JOIN",
            "knowledge_vector",
            "knowledge_vector",
            SQL("knowledge_vector.entry_id = knowledge_entry.id"),
        )
        access.add_where(SQL("knowledge_vector.encoder_id = %s", record.id))
        return [
            entry_id
            for (entry_id,) in self.env.execute_query(
                SQL(
                    """
                    SELECT knowledge_entry.id FROM %s WHERE %s
                     ORDER BY bit_count(knowledge_vector.bits # %s::bit(384)) LIMIT %s
                    """,
                    access.from_clause,
                    access.where_clause,
                    signs(vector),
                    NEAREST,
                )
            )
        ]

    @api.model
    def _likeness(self, record, numpy, vector, mean, entry_ids) -> dict[int, float]:
        """Cosine about the mean of each of these entries that has a vector; zeros are none."""
        rows = self.env.execute_query(
            SQL(
                "SELECT entry_id, vec FROM knowledge_vector"
                " WHERE entry_id = ANY(%s) AND encoder_id = %s",
                list(entry_ids),
                record.id,
            )
        )
        rows = [(entry_id, packed) for entry_id, packed in rows if any(bytes(packed))]
        if not rows:
            return {}
        matrix = unpack(numpy, b"".join(packed for _entry_id, packed in rows))
        matrix = matrix.reshape(len(rows), -1) - mean
        lengths = numpy.linalg.norm(matrix, axis=1) * numpy.linalg.norm(vector)
        cosines = matrix @ vector / numpy.maximum(lengths, 1e-6)
        return {
            entry_id: float(cosine) for (entry_id, _p), cosine in zip(rows, cosines, strict=True)
        }


def pack(vector) -> bytes:
    """384 numbers of 16 bits."""
    return vector.astype("float16").tobytes()


def unpack(numpy, packed):
    """The numbers again, of 32 bits."""
    return numpy.frombuffer(bytes(packed), dtype="float16").astype("float32")


def signs(vector) -> str:
    """One bit per number: the distance of two of them in bits is about their angle."""
    return "".join("1" if number > 0 else "0" for number in vector)
