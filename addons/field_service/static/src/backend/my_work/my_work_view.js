import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

import { askPosition } from "./position";

const { DateTime } = luxon;

// Acts with which a position is kept, if the company says so.
const ACTS_WITH_POSITION = ["action_start_travel", "action_check_in", "action_check_out"];

/**
 * What comes first for somebody on the road: where they are or go next, then today's visits, then the
 * coming ones, then what has been left over, the newest first.
 */
function urgency({ is_next: isNext, my_start: start, my_stop: stop }) {
    const dayStart = DateTime.local().startOf("day");
    if (isNext) {
        return [0, 0];
    }
    if (!start) {
        return [4, 0];
    }
    if (stop < dayStart) {
        return [3, -start.toMillis()];
    }
    return [start < dayStart.plus({ days: 1 }) ? 1 : 2, start.toMillis()];
}

export class MyWorkRenderer extends KanbanRenderer {
    getGroupsOrRecords() {
        const found = super.getGroupsOrRecords();
        if (this.props.list.isGrouped) {
            return found;
        }
        const ranks = new Map(found.map((item) => [item.key, urgency(item.record.data)]));
        return found.sort((a, b) => {
            const [first, second] = [ranks.get(a.key), ranks.get(b.key)];
            return first[0] - second[0] || first[1] - second[1];
        });
    }
}

/** The search's filters whose name begins with "section_" are buttons above the cards. */
export class MyWorkController extends KanbanController {
    static template = "field_service.MyWorkView";

    get sections() {
        return this.env.searchModel.getSearchItems(
            (item) => item.type === "filter" && item.name?.startsWith("section_")
        );
    }

    /** What is kept of positions, in words; nothing as long as none are. */
    get positionNotice() {
        const records = this.model.root.records || [];
        return records.find(({ data }) => data.position_notice)?.data.position_notice;
    }

    /** Override to ask the browser where it is; whatever it answers, the act goes on. */
    async beforeExecuteActionButton(clickParams) {
        if (this.positionNotice && ACTS_WITH_POSITION.includes(clickParams.name)) {
            const position = await askPosition();
            if (position) {
                clickParams.buttonContext = { field_service_position: position };
            }
        }
        return super.beforeExecuteActionButton(clickParams);
    }

    showMyPositions() {
        return this.actionService.doAction("field_service.service_position_action_mine");
    }

    toggleSection(section) {
        const { searchModel } = this.env;
        for (const other of this.sections) {
            if (other.isActive && other.id !== section.id) {
                searchModel.toggleSearchItem(other.id);
            }
        }
        searchModel.toggleSearchItem(section.id);
    }
}

registry.category("views").add("field_service_my_work", {
    ...kanbanView,
    Controller: MyWorkController,
    Renderer: MyWorkRenderer,
});
