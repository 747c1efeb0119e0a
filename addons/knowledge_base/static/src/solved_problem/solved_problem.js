import { _t } from "@web/core/l10n/translation";
import { Component, markup, useState } from "@odoo/owl";

export const TAKEN_BACK = _t("This solution has been taken back in the meantime.");

/** Opens the record behind a problem; the server tells if that has been taken back. */
export async function openSource({ orm, action }, problem) {
    return action.doAction(await orm.call("knowledge.entry", "action_open_source", [[problem.id]]));
}

/** Up and down go from one problem to the next, also from the box where the question is typed. */
export function moveBetweenProblems(ev, root) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    const titles = [...root.querySelectorAll(".o_knowledge_base_problem_title")];
    if (!step || !titles.length || ev.altKey || ev.ctrlKey || ev.metaKey || ev.shiftKey) {
        return;
    }
    const problem = ev.target.closest(".o_knowledge_base_problem");
    const position = titles.findIndex((title) => problem?.contains(title));
    if (position === -1 && step === -1) {
        return;
    }
    ev.preventDefault();
    titles[Math.min(Math.max(position + step, 0), titles.length - 1)].focus();
}

/**
 * One result of `knowledge.entry.search_similar`: what it is, why it was found, what solved it.
 * Buttons go into the default slot.
 */
export class SolvedProblem extends Component {
    static template = "knowledge_base.SolvedProblem";
    static props = {
        problem: {
            type: Object,
            shape: {
                id: Number,
                title: String,
                why: String,
                solution: String,
                excerpt: String,
                "*": true,
            },
        },
        onUnfold: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.state = useState({ unfolded: false });
    }

    /** The server has escaped the text; all that is left are the words in bold. */
    get excerpt() {
        return markup(this.props.problem.excerpt);
    }

    toggle() {
        this.state.unfolded = !this.state.unfolded;
        if (this.state.unfolded) {
            this.props.onUnfold?.();
        }
    }
}
