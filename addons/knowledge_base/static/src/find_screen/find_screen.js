import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    Component,
    onMounted,
    onWillStart,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {
    SolvedProblem,
    TAKEN_BACK,
    moveBetweenProblems,
    openSource,
} from "../solved_problem/solved_problem";

const DELAY = 400; // ms after the last key
const SHOWN = 10; // at first, and with each "more"
const GIVEN_UP = 4000; // ms without another word: the question has no answer
const IN_ADDRESS = 800; // characters of a question: servers refuse addresses that are too long
const FILTERS = ["kind", "language", "category", "product", "days", "mine"];

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
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.input = useAutofocus({ refName: "text", mobile: true });
        // What the address says, or who opens the screen.
        const params = this.props.action.params || {};
        const filters = FILTERS.map((name) => [name, String(params[name] || "")]);
        this.state = useState({
            text: String(params.text || ""),
            filters: Object.fromEntries(filters),
            limit: SHOWN,
            problems: null,
            more: false,
            unfolded: false,
            thanked: {},
        });
        this.remember();
        this.searchSoon = useDebounced(() => this.search(), DELAY);
        this.noteSilenceSoon = useDebounced((text) => this.noteSilence(text), GIVEN_UP);
        useExternalListener(window, "keydown", (ev) => this.onWindowKeydown(ev));
        onWillStart(async () => {
            this.choices = await this.orm.call("knowledge.entry", "search_filters", []);
        });
        onMounted(() => this.search());
    }

    get periods() {
        return [
            ["30", _t("Last 30 days")],
            ["365", _t("Last 12 months")],
            ["1095", _t("Last 3 years")],
        ];
    }

    get activeFilters() {
        return FILTERS.filter((name) => this.state.filters[name]).length;
    }

    /** "/" is where one types, wherever one is. */
    onWindowKeydown(ev) {
        const typing = ev.target.closest?.("input, textarea, select, [contenteditable=true]");
        if (ev.key === "/" && !typing && this.input.el) {
            ev.preventDefault();
            this.input.el.focus();
        }
    }

    onKeydown(ev) {
        if (ev.target === this.input.el && ev.key === "Enter" && !ev.shiftKey) {
            ev.preventDefault();
            this.searchNow();
        } else if (!ev.target.closest("select, input")) {
            moveBetweenProblems(ev, this.root.el);
        }
    }

    /** As soon as something is chosen; the address remembers it. */
    searchNow() {
        this.state.limit = SHOWN;
        this.remember();
        return this.search();
    }

    setFilter(name, value) {
        this.state.filters[name] = value;
        return this.searchNow();
    }

    clearFilters() {
        for (const name of FILTERS) {
            this.state.filters[name] = "";
        }
        return this.searchNow();
    }

    more() {
        this.state.limit += SHOWN;
        return this.search();
    }

    async search() {
        const text = this.state.text.trim();
        if (!text) {
            this.state.problems = null;
            this.state.more = false;
            return;
        }
        const { problems, more } = await this.keepLast.add(
            this.orm.silent.call("knowledge.entry", "search_page", [text], {
                filters: { ...this.state.filters },
                limit: this.state.limit,
            })
        );
        Object.assign(this.state, { problems, more });
        this.noteSilenceSoon(text);
    }

    /** The address, and with it who reloads the page or comes back, knows what was looked for. */
    remember() {
        const text = [...this.state.text.trim()].slice(0, IN_ADDRESS).join("");
        const told = { text, ...this.state.filters };
        const params = Object.fromEntries(
            Object.entries(told).map(([name, value]) => [name, value || undefined])
        );
        this.props.updateActionState(params);
        this.props.action.params = { ...this.props.action.params, ...params };
    }

    /** What an article is missing for: the question as it stood, without who asked. */
    noteSilence(text) {
        if (text !== this.state.text.trim()) {
            return;
        }
        this.remember();
        if (!this.state.problems?.length && !this.activeFilters) {
            return this.orm.silent.call("knowledge.unanswered", "record", [text]);
        }
    }

    note(problem, kind) {
        return this.orm.silent.call("knowledge.event", "record", [[problem.id], kind]);
    }

    async itSolved(problem) {
        const noted = await this.note(problem, "solved");
        if (!noted.length) {
            await this.search(); // they said so before, or it is gone
            if (!this.state.problems?.some((other) => other.id === problem.id)) {
                return this.notification.add(TAKEN_BACK, { type: "warning" });
            }
        }
        this.state.thanked[problem.id] = { undoable: noted.length };
    }

    async itSolvedNot(problem) {
        await this.orm.silent.call("knowledge.event", "take_back", [[problem.id], "solved"]);
        delete this.state.thanked[problem.id];
    }

    async openSource(problem) {
        this.remember();
        await this.note(problem, "opened");
        return openSource(this, problem);
    }
}

registry.category("actions").add("knowledge_base.find_screen", FindScreen);
