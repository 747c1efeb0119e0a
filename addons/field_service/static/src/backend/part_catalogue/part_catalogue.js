import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { uuid } from "@web/core/utils/strings";
import { useDebounced } from "@web/core/utils/timing";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";

const MODEL = "service.intervention";
// Somebody who taps quickly is sent once.
const PAUSE = 500;
const GROUPS = ["here", "equipment", "recent", ""];

/** Asks for the serial number or lot of a part that is followed by it, and how many there were. */
export class SerialDialog extends Component {
    static template = "field_service.SerialDialog";
    static components = { Dialog };
    static props = { close: Function, part: Object, canScan: Boolean, onConfirm: Function };

    setup() {
        this.state = useState({ serial: "", quantity: 1 });
    }

    async scan() {
        this.state.serial = await scanBarcode(this.env);
    }

    confirm() {
        const serial = this.state.serial.trim();
        if (serial && this.state.quantity > 0) {
            this.props.onConfirm(serial, Number(this.state.quantity));
            this.props.close();
        }
    }
}

/** What a technician used up: parts to look for, scan, and count with a thumb. */
export class PartCatalogue extends Component {
    static template = "field_service.PartCatalogue";
    static components = { ControlPanel };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.interventionId = this.props.action.context.active_id;
        this.canScan = isBarcodeScannerSupported();
        this.keepLast = new KeepLast();
        this.onSearch = useDebounced(() => this.load(), 300);
        // Per part: the pieces on the server, and what waits to be sent.
        this.saved = new Map();
        this.waiting = new Map();
        this.state = useState({
            parts: [],
            equipment: [],
            equipmentId: false,
            term: "",
            found: false,
            unsent: 0,
            timer: false,
        });
        onWillStart(() => Promise.all([this.load(), this.loadTimer()]));
        onWillUnmount(() => this.flush());
        useBus(this.env.bus, "CLEAR-UNCOMMITTED-CHANGES", ({ detail }) =>
            detail.push(() => this.flush())
        );
    }

    // What is shown

    get display() {
        return { controlPanel: {} };
    }

    get groups() {
        const titles = {
            here: _t("On this job"),
            equipment: _t("Used on such machines"),
            recent: _t("Used by you lately"),
            "": this.state.term ? _t("Found") : _t("Catalogue"),
        };
        return GROUPS.map((why) => ({
            why,
            title: titles[why],
            parts: this.state.parts.filter((part) => part.why === why),
        })).filter((group) => group.parts.length);
    }

    quantity(part) {
        return formatFloat(part.quantity, { digits: [16, 2], trailingZeros: false });
    }

    /** The clock goes on while one looks for parts: it stays in sight. */
    async loadTimer() {
        const [{ my_timer_start: start }] = await this.orm.read(
            MODEL,
            [this.interventionId],
            ["my_timer_start"]
        );
        if (start) {
            this.state.timer = deserializeDateTime(start).toFormat("HH:mm");
        }
    }

    /** Of parts that are kept in stock an addon tells how many are on the van. */
    isCounted(part) {
        return typeof part.on_hand === "number";
    }

    // Looking for parts

    async load() {
        await this.flush();
        const term = this.state.term.trim();
        const found = await this.keepLast.add(
            this.orm.call(MODEL, "find_parts", [[this.interventionId]], {
                search: term,
                equipment_id: this.state.equipmentId,
            })
        );
        this.state.parts = found.parts;
        this.state.equipment = found.equipment;
        this.state.found = term;
        this.saved = new Map(found.parts.map((part) => [part.id, part.quantity]));
    }

    onInput(ev) {
        this.state.term = ev.target.value;
        this.onSearch();
    }

    chooseEquipment(equipmentId) {
        this.state.equipmentId = this.state.equipmentId === equipmentId ? false : equipmentId;
        return this.load();
    }

    // Codes

    async onScan() {
        let code = "";
        try {
            code = await scanBarcode(this.env);
        } catch (error) {
            this.notification.add(error.message, { type: "warning" });
        }
        if (code) {
            navigator.vibrate?.(100);
            await this.addByCode(code);
        }
    }

    /** A code typed, or sent by a reader that works like a keyboard. */
    onKeydown(ev) {
        if (ev.key === "Enter" && this.state.term.trim()) {
            ev.preventDefault();
            this.addByCode(this.state.term);
        }
    }

    async addByCode(code) {
        await this.flush();
        const part = await this.tell(() =>
            this.orm.call(MODEL, "find_part_by_code", [[this.interventionId]], {
                code,
                equipment_id: this.state.equipmentId,
            })
        );
        if (!part) {
            return;
        }
        this.state.term = "";
        await this.load();
        let shown = this.state.parts.find((item) => item.id === part.id);
        if (!shown) {
            this.state.parts.unshift({ ...part, why: "here" });
            this.saved.set(part.id, part.quantity);
            shown = this.state.parts[0];
        }
        this.add(shown, 1);
    }

    // Counting

    add(part, pieces) {
        if (pieces > 0 && part.tracking !== "none") {
            return this.askSerial(part);
        }
        return this.setQuantity(part, Math.max(part.quantity + pieces, 0));
    }

    onTyped(part, ev) {
        const typed = Number(ev.target.value.replace(",", "."));
        if (Number.isFinite(typed) && typed >= 0) {
            this.setQuantity(part, typed);
        }
        ev.target.value = this.quantity(part);
    }

    setQuantity(part, quantity) {
        part.quantity = Math.round(quantity * 10000) / 10000;
        clearTimeout(this.waiting.get(part.id)?.timer);
        this.waiting.set(part.id, {
            part,
            equipmentId: this.state.equipmentId,
            requestUuid: uuid(),
            timer: setTimeout(() => this.send(part.id), PAUSE),
        });
        this.state.unsent = this.waiting.size;
    }

    askSerial(part) {
        this.dialog.add(SerialDialog, {
            part,
            canScan: this.canScan,
            onConfirm: async (serial, quantity) => {
                await this.flush();
                const result = await this.tell(() =>
                    this.call(part, quantity, uuid(), this.state.equipmentId, serial)
                );
                if (result) {
                    this.onSaved(part, result);
                }
            },
        });
    }

    /** Send all that waits; to be awaited before anything that reads from the server. */
    async flush() {
        await Promise.all([...this.waiting.keys()].map((partId) => this.send(partId)));
        await this.sending;
    }

    /** One after the other: the second change of a part must not overtake the first. */
    send(partId) {
        const change = this.waiting.get(partId);
        if (change) {
            clearTimeout(change.timer);
            this.waiting.delete(partId);
            const quantity = change.part.quantity;
            this.sending = (this.sending || Promise.resolve()).then(async () => {
                const result = await this.tell(() =>
                    this.call(change.part, quantity, change.requestUuid, change.equipmentId)
                );
                if (this.waiting.has(partId)) {
                    return;
                }
                if (result) {
                    this.onSaved(change.part, result);
                } else {
                    // What was refused is not shown as if it were recorded.
                    change.part.quantity = this.saved.get(partId) || 0;
                }
                this.state.unsent = this.waiting.size;
            });
        }
        return this.sending;
    }

    call(part, quantity, requestUuid, equipmentId, serialNumber) {
        return this.orm.silent.call(MODEL, "set_part", [[this.interventionId]], {
            product_id: part.id,
            quantity,
            equipment_id: equipmentId || null,
            serial_number: serialNumber || null,
            request_uuid: requestUuid,
        });
    }

    onSaved(part, result) {
        part.quantity = result.quantity;
        this.saved.set(part.id, result.quantity);
        for (const { warning } of result.lines.filter((line) => line.warning)) {
            this.notification.add(warning, { type: "warning" });
        }
    }

    /** What the server refuses is told in its own sentence; anything else is an error. */
    async tell(act) {
        try {
            return await act();
        } catch (error) {
            const sentence =
                error.data?.message || _t("No connection: this was not saved. Try again.");
            this.notification.add(sentence, { type: "danger" });
            return null;
        }
    }

    async done() {
        await this.flush();
        this.env.config.historyBack();
    }
}

registry.category("actions").add("field_service_parts", PartCatalogue);
