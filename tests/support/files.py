"""Small real files for tests, good and hostile, made on the spot."""

import io
import zipfile
from collections.abc import Callable

import pikepdf
from PIL import Image


def make_pdf(pages: int = 2, change: Callable[[pikepdf.Pdf], None] | None = None, **saving: object) -> bytes:
    """A PDF of blank pages, after `change` has been at it."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        if change:
            change(pdf)
        content = io.BytesIO()
        pdf.save(content, **saving)
        return content.getvalue()


def make_picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **saving: object) -> bytes:
    """A picture of noise, so that it does not shrink to nothing."""
    content = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(content, kind, **saving)
    return content.getvalue()


def make_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("page.html", "<script>alert(1)</script>")
    return content.getvalue()


def with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def with_named_script(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", action])))


def with_launch(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([note]))


def with_page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="http://x.invalid"))


def with_opening_link(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://x.invalid")


def with_opening_view(pdf: pikepdf.Pdf) -> None:
    """What every typesetting program writes: open at this page."""
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])


def with_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["budget.xlsx"] = b"hello"


def with_xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(XFA="<xdp/>", Fields=[]))


def with_bomb(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Contents = pdf.make_stream(b"\0" * 300_000_000)


def with_giant_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].mediabox = pikepdf.Array([0, 0, 2_000_000, 2_000_000])
