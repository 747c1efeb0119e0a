import { Component, markup, useState } from "@odoo/owl";

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
