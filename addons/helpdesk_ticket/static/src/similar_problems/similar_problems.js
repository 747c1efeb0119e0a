import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, status, useState } from "@odoo/owl";
import { SolvedProblem } from "@knowledge_base/solved_problem/solved_problem";

const DELAY = 500; // ms after the last change of the form
const SHOWN = 5;

/** Plain text of what an HTML field holds. */
export function textOf(html) {
    return new DOMParser().parseFromString(html || "", "text/html").body.textContent.trim();
}

/**
 * Solved problems like the one on the form. The model answers `find_similar`. Asked once the form
 * stands there, so that the form never waits for it.
 */
export class SimilarProblems extends Component {
    static template = "helpdesk_ticket.SimilarProblems";
    static components = { SolvedProblem };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ status: "loading", problems: [] });
        this.keepLast = new KeepLast();
        this.saved = null;
        const search = useDebounced((question) => this.search(question), DELAY);
        useRecordObserver((record) => {
            const { name, description } = record.data;
            const typed = [name, textOf(description)].filter(Boolean).join("\n");
            const question = { resId: record.resId, typed };
            if (record.resId && this.saved?.resId !== record.resId) {
                // What is stored says more than the form, e.g. the cause.
                this.saved = question;
            }
            search({ ...question, stored: this.saved?.typed === typed });
        });
    }

    get record() {
        return this.props.record;
    }

    get isClosed() {
        return Boolean(this.record.data.closed);
    }

    async search({ resId, typed, stored }) {
        if (status(this) === "destroyed") {
            return; // before it was ever shown, while its form was laid out
        }
        if (!resId && !typed) {
            this.state.status = "untold";
            this.state.problems = [];
            return;
        }
        this.state.problems = await this.keepLast.add(
            this.orm.silent.call(this.record.resModel, "find_similar", [resId ? [resId] : []], {
                text: stored ? null : typed,
                limit: SHOWN,
            })
        );
        this.state.status = "ready";
        this.note(this.state.problems, "shown");
    }

    /** Note what was done with problems; of a ticket that is not saved yet there is nothing to say. */
    note(problems, kind) {
        if (!this.record.resId || !problems.length) {
            return Promise.resolve();
        }
        return this.orm.silent.call("knowledge.event", "record", [
            problems.map((problem) => problem.id),
            kind,
            this.record.resModel,
            this.record.resId,
        ]);
    }

    async openSource(problem) {
        await this.note([problem], "opened");
        if (await this.record.isDirty()) {
            await this.record.save();
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: problem.res_model,
            res_id: problem.res_id,
            views: [[false, "form"]],
        });
    }

    /** Propose the solution in the dialog that closes the ticket; confirmed, it counts as proven. */
    async itSolved(problem) {
        if (!(await this.record.save())) {
            return;
        }
        await this.action.doAction("helpdesk_ticket.helpdesk_ticket_close_action", {
            additionalContext: {
                default_ticket_ids: [this.record.resId],
                default_solution: problem.solution,
                default_entry_id: problem.id,
            },
            onClose: () => this.record.load(),
        });
    }

    async notUseful(problem) {
        await this.note([problem], "useless");
        this.state.problems = this.state.problems.filter((other) => other.id !== problem.id);
        this.notification.add(_t("It will not be offered on this ticket again."), {
            type: "info",
        });
    }
}

export const similarProblems = {
    component: SimilarProblems,
    fieldDependencies: [
        { name: "name", type: "char" },
        { name: "description", type: "html" },
        { name: "closed", type: "boolean" },
    ],
};

registry.category("view_widgets").add("similar_problems", similarProblems);
