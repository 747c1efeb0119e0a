from odoo import api, fields, models
from odoo.tools import SQL, str2bool

from .. import encoder
from .knowledge_vector import SAMPLE, pack, signs, unpack

WORTH_OF_PRIOR = 50  # entries
ANYTHING = (
    "Come posso cambiare l'indirizzo sulla fattura?",
    "La pompa perde acqua e fa rumore.",
    "Il computer non si accende più.",
    "A che ora apre lo sportello?",
    "Sostituita la scheda e riavviato l'impianto.",
    "Errore durante l'accesso: parola d'ordine errata.",
    "La porta dell'ascensore resta aperta.",
    "Quanto costa il trasporto della merce?",
    "How do I reset my password?",
    "The machine stops with an alarm after ten minutes.",
    "Where can I find the invoice of last month?",
    "Replaced the sensor and cleaned the filter.",
    "The network printer is not found.",
    "Which documents are needed for the contract?",
    "Die Heizung wird nicht warm.",
    "Wie kann ich die Rechnung bezahlen?",
    "Der Motor läuft nicht an.",
    "Das Programm zeigt eine Fehlermeldung.",
    "Comment installer la mise à jour ?",
    "La machine à laver ne démarre pas.",
    "Le client attend la livraison des pièces.",
    "Où se trouve le bouton d'arrêt ?",
)


class KnowledgeEncoder(models.Model):
    """A model that turned texts into vectors, and the mean of those vectors.

    The vectors of one model all point much the same way; only what differs from their mean says
    what a text is about. Sentences about anything stand for the entries that are not there yet, so
    that the first ones are told apart too.
    """

    _name = "knowledge.encoder"
    _description = "Encoder of the Knowledge Base"

    name = fields.Char(required=True, readonly=True)
    prior = fields.Binary(attachment=False, readonly=True)
    mean = fields.Binary(attachment=False, readonly=True)
    sample = fields.Integer(readonly=True, help="How many vectors the mean is taken from.")

    _name_uniq = models.Constraint("UNIQUE (name)", "Each encoder is there once.")

    @api.model
    def _is_wanted(self) -> bool:
        # sudo: everybody's search depends on it
        value = self.env["ir.config_parameter"].sudo().get_param("knowledge_base.words_only")
        return not str2bool(value or "", False)

    @api.model
    def _get(self):
        """The encoder, unless it is switched off, missing, or resting after a failure."""
        return encoder.get() if self._is_wanted() else None

    @api.model
    def _ensure(self, model):
        """The record of a model, made when it is first used."""
        record = self.search([("name", "=", model.name)])
        if not record:
            vectors = [model.document(sentence, sentence) for sentence in ANYTHING]
            prior = pack(model.numpy.stack(vectors).mean(axis=0))
            record = self.create({"name": model.name})
            record.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE knowledge_encoder SET prior = %s, mean = %s WHERE id = %s",
                    prior,
                    prior,
                    record.id,
                )
            )
            record.invalidate_recordset()
        return record

    def _mean(self, numpy):
        """The mean of the vectors so far."""
        return self._read_vector(numpy, "mean")

    def _read_vector(self, numpy, name):
        ((packed,),) = self.env.execute_query(
            SQL("SELECT %s FROM knowledge_encoder WHERE id = %s", SQL.identifier(name), self.id)
        )
        return unpack(numpy, packed)

    def _refresh_mean(self, numpy):
        """Take the mean anew each time the vectors have doubled, until there are enough."""
        self.flush_recordset(["sample"])
        if self.sample >= SAMPLE:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT id, vec FROM knowledge_vector WHERE encoder_id = %s LIMIT %s",
                self.id,
                SAMPLE,
            )
        )
        if not rows or (self.sample and len(rows) < 2 * self.sample and len(rows) < SAMPLE):
            return
        matrix = numpy.stack([unpack(numpy, packed) for _id, packed in rows])
        prior = self._read_vector(numpy, "prior")
        mean = (matrix.sum(axis=0) + WORTH_OF_PRIOR * prior) / (len(rows) + WORTH_OF_PRIOR)
        mean = unpack(numpy, pack(mean))
        self.env.cr.execute(
            SQL(
                "UPDATE knowledge_encoder SET mean = %s, sample = %s WHERE id = %s",
                pack(mean),
                len(rows),
                self.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE knowledge_vector AS vector SET bits = row.bits::bit(384)
                  FROM (VALUES %s) AS row(id, bits) WHERE vector.id = row.id
                """,
                SQL(", ").join(
                    SQL("(%s, %s)", vector_id, signs(vector - mean))
                    for (vector_id, _packed), vector in zip(rows, matrix, strict=True)
                ),
            )
        )
        self.invalidate_recordset(["mean", "sample"])
