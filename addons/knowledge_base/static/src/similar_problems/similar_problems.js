import { _t } from "@web/core/l10n/translation";
import { evaluateBooleanExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, onWillUnmount, status, useRef, useState } from "@odoo/owl";
import {
    SolvedProblem,
    TAKEN_BACK,
    moveBetweenProblems,
    openSource,
} from "../solved_problem/solved_problem";

const DELAY = 500; // ms after the last key
const SHOWN = 5;
const UNDO_DELAY = 8000; // ms in which what was said by mistake may be taken back at once
const TYPED_FIELDS = ["name", "description"];

/** Plain text of what an HTML field holds. */
export function textOf(html) {
    return new DOMParser().parseFromString(html || "", "text/html").body.textContent.trim();
}

/**
 * Solved problems like the one on the form, while it is typed and after. The model inherits
 * `knowledge.source.mixin`; asked once the form stands there, so that the form never waits for it.
 *
 *     <widget name="similar_problems" close="method that opens the closing dialog"
 *             closed="expression: nothing is left to solve" />
 */
export class SimilarProblems extends Component {
    static template = "knowledge_base.SimilarProblems";
    static components = { SolvedProblem };
    static props = {
        ...standardWidgetProps,
        close: { type: String, optional: true },
        closed: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.state = useState({ status: "loading", problems: [] });
        this.keepLast = new KeepLast();
        this.saved = null;
        this.moveBetweenProblems = moveBetweenProblems;
        this.searchSoon = useDebounced((question) => this.search(question), DELAY);
        useRecordObserver((record) => {
            const { name, description } = record.data;
            this.ask(record.resId, { name, description: textOf(description) });
        });
        // A field tells the record only when it is left: listen to the keys.
        const onInput = (ev) => this.onInput(ev);
        onMounted(() => {
            this.form = this.root.el.closest(".o_form_renderer, .o_form_view");
            this.form?.addEventListener("input", onInput);
        });
        onWillUnmount(() => this.form?.removeEventListener("input", onInput));
    }

    get record() {
        return this.props.record;
    }

    get isClosed() {
        return evaluateBooleanExpr(
            this.props.closed || "False",
            this.record.evalContextWithVirtualIds
        );
    }

    onInput(ev) {
        const field = TYPED_FIELDS.find((name) =>
            ev.target.closest(`.o_field_widget[name=${name}]`)
        );
        if (field) {
            const text = ev.target.isContentEditable ? ev.target.innerText : ev.target.value;
            this.ask(this.record.resId, { ...this.typed, [field]: (text || "").trim() });
        }
    }

    ask(resId, typed) {
        this.typed = typed;
        const text = [typed.name, typed.description].filter(Boolean).join("\n");
        const question = { resId, text };
        if (resId && this.saved?.resId !== resId) {
            // What is stored says more than the form, e.g. the cause.
            this.saved = question;
        }
        if (text !== this.asked || resId !== this.askedOf) {
            [this.asked, this.askedOf] = [text, resId];
            this.searchSoon({ ...question, stored: this.saved?.text === text });
        }
    }

    async search({ resId, text, stored }) {
        if (status(this) === "destroyed") {
            return; // before it was ever shown, while its form was laid out
        }
        if (!resId && !text) {
            this.state.status = "untold";
            this.state.problems = [];
            return;
        }
        this.state.problems = await this.keepLast.add(
            this.orm.silent.call(this.record.resModel, "find_similar", [resId ? [resId] : []], {
                text: stored ? null : text,
                limit: SHOWN,
            })
        );
        this.state.status = "ready";
        this.note(this.state.problems, "shown");
    }

    /** Note what was done with problems; of a record that isn't saved yet there is nothing to say. */
    note(problems, kind) {
        if (!this.record.resId || !problems.length) {
            return Promise.resolve([]);
        }
        return this.callEvents("record", problems, kind);
    }

    takeBack(problem, kind) {
        return this.callEvents("take_back", [problem], kind);
    }

    callEvents(method, problems, kind) {
        return this.orm.silent.call("knowledge.event", method, [
            problems.map((problem) => problem.id),
            kind,
            this.record.resModel,
            this.record.resId,
        ]);
    }

    async openSource(problem) {
        await this.note([problem], "opened");
        if ((await this.record.isDirty()) && !(await this.record.save())) {
            return;
        }
        return openSource(this, problem);
    }

    /** Take it up: closing will propose its cause and solution. */
    async use(problem) {
        if (!this.record.resId && !(await this.record.save())) {
            return;
        }
        const noted = await this.note([problem], "used");
        if (!noted.length) {
            this.leaveOut(problem);
            return this.notification.add(TAKEN_BACK, { type: "warning" });
        }
        Object.assign(problem, { used: true, undoable: true });
    }

    async useNot(problem) {
        await this.takeBack(problem, "used");
        Object.assign(problem, { used: false, undoable: false });
    }

    /** Propose the solution in the dialog that closes the record; confirmed, it counts as proven. */
    async itSolved(problem) {
        if (!(await this.record.save())) {
            return;
        }
        const { resModel, resId } = this.record;
        const action = await this.orm.call(resModel, this.props.close, [[resId]]);
        await this.action.doAction(
            { ...action, context: { ...action.context, default_entry_id: problem.id } },
            { onClose: () => this.record.load() }
        );
    }

    async notThis(problem) {
        const { resModel, resId } = this.record;
        const position = this.state.problems.indexOf(problem);
        const noted = await this.note([problem], "useless");
        this.leaveOut(problem);
        // The message outlives this form: by then another record may stand on it, or none.
        const { orm } = this.env.services;
        const args = [[problem.id], "useless", resModel, resId];
        const undo = {
            name: _t("Undo"),
            onClick: async () => {
                close();
                await orm.silent.call("knowledge.event", "take_back", args);
                const isHere = status(this) !== "destroyed" && this.record.resId === resId;
                if (isHere && !this.state.problems.some((other) => other.id === problem.id)) {
                    this.state.problems.splice(position, 0, problem);
                }
            },
        };
        const close = this.notification.add(_t("It will not be offered here again."), {
            type: "info",
            autocloseDelay: UNDO_DELAY,
            buttons: noted.length ? [undo] : [],
        });
    }

    leaveOut(problem) {
        this.state.problems = this.state.problems.filter((other) => other.id !== problem.id);
    }
}

export const similarProblems = {
    component: SimilarProblems,
    extractProps: ({ attrs }) => ({ close: attrs.close, closed: attrs.closed }),
    fieldDependencies: [
        { name: "name", type: "char" },
        { name: "description", type: "html" },
    ],
};

registry.category("view_widgets").add("similar_problems", similarProblems);
