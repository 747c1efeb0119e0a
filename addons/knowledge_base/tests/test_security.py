from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import KnowledgeBaseCommon

# What each of these may do per model: create, read, write, unlink, by their first letters.
RIGHTS = {
    "knowledge.article": {"employee": "r", "editor": "crwu", "manager": "crwu"},
    "knowledge.article.translate": {"employee": "", "editor": "crwu", "manager": "crwu"},
    "knowledge.import": {"employee": "", "editor": "", "manager": "crwu"},
    "knowledge.category": {"employee": "r", "editor": "r", "manager": "crwu"},
    "knowledge.entry": {"employee": "r", "editor": "r", "manager": "r"},
    "knowledge.event": {"employee": "", "editor": "", "manager": "r"},
    "knowledge.unanswered": {"employee": "", "editor": "", "manager": "ru"},
    "knowledge.vector": {"employee": "", "editor": "", "manager": "r"},
    "knowledge.encoder": {"employee": "", "editor": "", "manager": "r"},
    "knowledge.tag": {"employee": "r", "editor": "crw", "manager": "crwu"},
    "knowledge.word": {"employee": "", "editor": "", "manager": "r"},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestKnowledgeRights(KnowledgeBaseCommon):
    def test_matrix_of_rights(self):
        people = {
            "employee": self.user_employee,
            "editor": self.user_editor,
            "manager": self.user_manager,
        }
        for model, rights in RIGHTS.items():
            for person, allowed in rights.items():
                records = self.env[model].with_user(people[person])
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, person=person, operation=operation):
                        self.assertEqual(records.has_access(operation), letter in allowed)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_the_index_or_the_events(self):
        entry = self._entry_of(self._create_article("Pompa bloccata"))
        self.env["knowledge.event"].record(entry.ids, "opened")
        event = self.env["knowledge.event"].search([("entry_id", "=", entry.id)])
        for record, values in ((entry, {"solved_count": 99}), (event, {"kind": "solved"})):
            as_manager = record.with_user(self.user_manager)
            for act in (lambda r=as_manager, v=values: r.write(v), as_manager.unlink):
                with self.subTest(model=record._name), self.assertRaises(AccessError):
                    act()

    def test_what_was_taken_back_meanwhile_is_told_in_a_sentence(self):
        article = self._create_article("Pompa ferma")
        entry = self._entry_of(article).with_user(self.user_employee)
        self.assertEqual(entry.action_open_source()["res_id"], article.id)
        article.action_draft()
        with self.assertRaisesRegex(UserError, "^This solution has been taken back"):
            entry.action_open_source()

    def test_the_source_is_opened_with_the_rights_of_the_reader(self):
        entry = self._entry_of(self._create_article("Pompa bloccata"))
        action = entry.with_user(self.user_employee).action_open_source()
        self.assertEqual((action["res_model"], action["res_id"]), (entry.res_model, entry.res_id))
