import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, useState } from "@odoo/owl";
import { SolvedProblem } from "../solved_problem/solved_problem";

const DELAY = 400; // ms after the last key
const SHOWN = 10;
const GIVEN_UP = 4000; // ms without another word: the question has no answer

/** Describe a problem in your own words, find what solved it before. */
export class FindScreen extends Component {
    static template = "knowledge_base.FindScreen";
    static components = { Layout, SolvedProblem };
    static props = { ...standardActionServiceProps };
    static path = "knowledge-find";
    static displayName = _t("Find a Solution");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.input = useAutofocus({ refName: "text", mobile: true });
        this.state = useState({
            text: String(this.props.action.params?.text || ""),
            problems: null,
            thanked: {},
        });
        this.searchSoon = useDebounced(() => this.search(), DELAY);
        this.noteSilenceSoon = useDebounced((text) => this.noteSilence(text), GIVEN_UP);
        onMounted(() => this.search());
    }

    async search() {
        const text = this.state.text.trim();
        if (!text) {
            this.state.problems = null;
            return;
        }
        this.state.problems = await this.keepLast.add(
            this.orm.silent.call("knowledge.entry", "search_similar", [text], { limit: SHOWN })
        );
        this.noteSilenceSoon(text);
        // For whoever comes back from a source.
        this.props.action.params = { ...this.props.action.params, text };
    }

    /** What an article is missing for: the question as it stood, without who asked. */
    noteSilence(text) {
        if (!this.state.problems?.length && text === this.state.text.trim()) {
            return this.orm.silent.call("knowledge.unanswered", "record", [text]);
        }
    }

    note(problem, kind) {
        return this.orm.silent.call("knowledge.event", "record", [[problem.id], kind]);
    }

    async itSolved(problem) {
        await this.note(problem, "solved");
        this.state.thanked[problem.id] = true;
    }

    async openSource(problem) {
        await this.note(problem, "opened");
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: problem.res_model,
            res_id: problem.res_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("knowledge_base.find_screen", FindScreen);
