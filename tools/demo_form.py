"""Make the fillable PDF of the demo, a declaration of conformity as firms hand it out.

Runs in Campo's Python environment; the result is kept beside the demo data, which maps its fields.
"""

from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

TARGET = (
    Path(__file__).resolve().parent.parent
    / "addons/field_service/demo/dichiarazione_di_conformita.pdf"
)
LEFT, WIDTH = 60, 475
GAP = 46


def main():
    # Without moment and random id, so that the same file comes out each time.
    page = canvas.Canvas(str(TARGET), pagesize=A4, invariant=True)
    page.setTitle("Dichiarazione di conformità")
    page.setFont("Helvetica-Bold", 16)
    page.drawString(LEFT, 780, "Dichiarazione di conformità dell'impianto")
    page.setFont("Helvetica", 9)
    page.drawString(LEFT, 765, "Facsimile di prova, D.M. 22 gennaio 2008, n. 37, art. 7")
    text(page, "numero", "Numero", 722, width=150)
    text(page, "data", "Data", 722, left=LEFT + 170, width=150)
    text(page, "impresa", "Impresa installatrice", 722 - GAP)
    text(page, "committente", "Committente", 722 - 2 * GAP)
    text(page, "luogo", "Impianto installato in", 722 - 3 * GAP)
    text(page, "impianto", "Impianto", 722 - 4 * GAP, width=300)
    text(page, "matricola", "Matricola", 722 - 4 * GAP, left=LEFT + 320, width=155)
    label(page, "Tipo di intervento", 722 - 5 * GAP + 24)
    page.acroForm.choice(
        name="tipo",
        value="Nuovo impianto",
        options=["Nuovo impianto", "Trasformazione", "Ampliamento", "Manutenzione straordinaria"],
        x=LEFT,
        y=722 - 5 * GAP,
        width=220,
        height=20,
        borderWidth=0.5,
    )
    for number, (name, sentence) in enumerate(
        (
            ("norma", "Rispettata la norma tecnica applicabile"),
            ("componenti", "Installati componenti adatti al luogo"),
            ("verifica", "Controllato l'impianto con esito positivo"),
        )
    ):
        bottom = 722 - 6 * GAP - number * 26
        page.acroForm.checkbox(name=name, x=LEFT, y=bottom, size=14, borderWidth=0.5)
        page.setFont("Helvetica", 10)
        page.drawString(LEFT + 24, bottom + 3, sentence)
    text(page, "note", "Note", 310, height=70, flags="multiline")
    text(page, "tecnico", "Il tecnico", 240, width=220)
    page.save()


def label(page, sentence, bottom, left=LEFT):
    page.setFont("Helvetica", 8)
    page.drawString(left, bottom, sentence)


def text(page, name, sentence, bottom, left=LEFT, width=WIDTH, height=20, flags=""):
    label(page, sentence, bottom + height + 4, left)
    page.acroForm.textfield(
        name=name,
        x=left,
        y=bottom,
        width=width,
        height=height,
        borderWidth=0.5,
        fieldFlags=flags,
    )


if __name__ == "__main__":
    main()
