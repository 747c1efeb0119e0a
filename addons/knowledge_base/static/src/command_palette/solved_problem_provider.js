import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Component } from "@odoo/owl";
import { openSource } from "../solved_problem/solved_problem";

const NAMESPACE = "?";
const SHOWN = 8;
const ENOUGH_LETTERS = 3;
const DELAY = 300; // ms after the last key

/** A solved problem as a line of the command palette: what it is, and why it was found. */
export class SolvedProblemCommand extends Component {
    static template = "knowledge_base.SolvedProblemCommand";
    static props = {
        title: String,
        why: String,
        kind: String,
        slots: { type: Object, optional: true },
        // Given by the command palette:
        name: { type: String, optional: true },
        searchValue: { type: String, optional: true },
        executeCommand: { type: Function, optional: true },
    };
}

/** Opens the record behind a problem, or the search where that is not for the user to open. */
function openProblem(env, problem, text) {
    if (!problem.readable) {
        return openSearch(env, text);
    }
    env.services.orm.silent.call("knowledge.event", "record", [[problem.id], "opened"]);
    return openSource(env.services, problem);
}

function openSearch(env, text) {
    return env.services.action.doAction({
        type: "ir.actions.client",
        tag: "knowledge_base.find_screen",
        params: { text },
    });
}

registry.category("command_setup").add(NAMESPACE, {
    debounceDelay: DELAY,
    emptyMessage: _t("Describe a problem"),
    name: _t("solved problems"),
    placeholder: _t("What is the problem?"),
});

registry.category("command_provider").add("knowledge_base.solved_problems", {
    namespace: NAMESPACE,
    async provide(env, { searchValue }) {
        const text = (searchValue || "").trim();
        if (text.length < ENOUGH_LETTERS) {
            return [];
        }
        const { problems } = await env.services.orm.silent.call(
            "knowledge.entry",
            "search_page",
            [text],
            { limit: SHOWN }
        );
        const all = {
            name: problems.length
                ? _t("See all in Find a Solution")
                : _t("Nothing similar has been solved yet: look for it in other words"),
            action: () => openSearch(env, text),
        };
        return [
            ...problems.map((problem) => ({
                Component: SolvedProblemCommand,
                name: problem.title,
                props: { title: problem.title, why: problem.why, kind: problem.kind },
                action: () => openProblem(env, problem, text),
            })),
            all,
        ];
    },
});
