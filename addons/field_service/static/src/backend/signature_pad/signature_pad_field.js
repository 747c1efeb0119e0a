import { loadJS } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onMounted, onWillStart, onWillUnmount, useRef } from "@odoo/owl";

/** Sign right in the form, with a finger, without a second dialog. */
export class SignaturePadField extends Component {
    static template = "field_service.SignaturePadField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadJS("/web/static/lib/signature_pad/signature_pad.umd.js"));
        onMounted(() => this.start());
        onWillUnmount(() => this.pad?.off());
    }

    start() {
        const { el } = this.canvas;
        // Drawn at the screen's own resolution, so that it prints well; twice is enough.
        const ratio = Math.min(window.devicePixelRatio || 1, 2);
        el.width = el.offsetWidth * ratio;
        el.height = el.offsetHeight * ratio;
        el.getContext("2d").scale(ratio, ratio);
        this.pad = new window.SignaturePad(el, {
            penColor: "#14213d",
            backgroundColor: "rgb(255, 255, 255)",
        });
        this.pad.addEventListener("endStroke", () => this.save());
    }

    save() {
        const image = this.pad.isEmpty() ? false : this.pad.toDataURL().split(",")[1];
        return this.props.record.update({ [this.props.name]: image });
    }

    clear() {
        this.pad.clear();
        return this.save();
    }
}

registry.category("fields").add("field_service_signature_pad", {
    component: SignaturePadField,
    supportedTypes: ["binary"],
});
