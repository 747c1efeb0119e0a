import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const LINE_WIDTH = 2.5;

/** The field on which the customer signs with a finger; the drawing is sent with the form. */
export class SignaturePad extends Interaction {
    static selector = ".o_field_service_signing";
    dynamicContent = {
        canvas: {
            "t-on-pointerdown": this.onStart,
            "t-on-pointermove": this.onMove,
            "t-on-pointerup": this.onStop,
            "t-on-pointercancel": this.onStop,
        },
        ".o_field_service_clear": { "t-on-click": this.clear },
        _root: { "t-on-submit": this.onSubmit },
    };

    setup() {
        this.canvas = this.el.querySelector("canvas");
        this.isDrawing = false;
        this.clear();
        this.restore();
    }

    /** What was drawn before the page came back with a sentence is still there. */
    restore() {
        const drawn = this.el.elements.signature.value;
        if (drawn.startsWith("data:image/png;base64,")) {
            const picture = new Image();
            picture.onload = () => {
                const box = this.canvas.getBoundingClientRect();
                this.pen.drawImage(picture, 0, 0, box.width, box.height);
                this.isEmpty = false;
            };
            picture.src = drawn;
        }
    }

    clear() {
        // The drawing has as many dots as the screen, whatever that screen is.
        const ratio = window.devicePixelRatio || 1;
        const box = this.canvas.getBoundingClientRect();
        this.canvas.width = box.width * ratio;
        this.canvas.height = box.height * ratio;
        this.pen = this.canvas.getContext("2d");
        this.pen.scale(ratio, ratio);
        this.pen.lineWidth = LINE_WIDTH;
        this.pen.lineCap = "round";
        this.pen.lineJoin = "round";
        this.isEmpty = true;
    }

    point(event) {
        const box = this.canvas.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    }

    onStart(event) {
        event.preventDefault();
        if (!this.canvas.width) {
            // It was folded away when the page came.
            this.clear();
        }
        this.canvas.setPointerCapture(event.pointerId);
        this.isDrawing = true;
        this.pen.beginPath();
        this.pen.moveTo(...this.point(event));
    }

    onMove(event) {
        if (!this.isDrawing) {
            return;
        }
        this.isEmpty = false;
        this.pen.lineTo(...this.point(event));
        this.pen.stroke();
    }

    onStop() {
        this.isDrawing = false;
    }

    onSubmit() {
        this.el.elements.signature.value = this.isEmpty ? "" : this.canvas.toDataURL("image/png");
    }
}

registry.category("public.interactions").add("field_service.signature_pad", SignaturePad);
