"""The program that draws pages of strangers' files: each in a process of its own, which writes a line of JSON and then
the picture.

Started by `renderer.py` alone. What such a process may do stands in `cell.py`; of the product nothing else is loaded
here. There are no fonts but those of the file and the few inside the drawing library: no path can be opened.
"""

import codecs
import io
import json
import sys
from typing import Any

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

sys.path.append(sys.argv[2])
from pglab.adapters import cell

ANSWER_BYTES = 8 * 1024 * 1024
# Enough to read small print on a laptop; a page as long as a scroll is drawn smaller.
WIDTH, LONGEST = 1240, 4096
JPEG_QUALITY = 80
TEXT_SIGNS = 20_000


def draw(content: bytes, wish: bytes) -> bytes:
    """Page number `wish` (from 1) as a picture with its text; an answer without a picture when it cannot be drawn."""
    try:
        picture, words = draw_pdf(content, int(wish)) if content.startswith(b"%PDF-") else (draw_picture(content), "")
        packed = io.BytesIO()
        picture.convert("RGB").save(packed, "JPEG", quality=JPEG_QUALITY, progressive=False)
    except Exception:  # whatever the drawing library stumbles over, the page cannot be shown
        return told(width=0, height=0, text="")
    return told(width=picture.width, height=picture.height, text=words) + packed.getvalue()


def told(**facts: Any) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def draw_pdf(content: bytes, number: int) -> tuple[Image.Image, str]:
    """A page on white, and the text that it holds."""
    with pypdfium2.PdfDocument(content) as pdf:
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / width, LONGEST / height)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil()
        words = page.get_textpage().get_text_bounded()[:TEXT_SIGNS]
    return picture, words


def draw_picture(content: bytes) -> Image.Image:
    """A picture upright, on white where it is clear, and no larger than a page."""
    Image.MAX_IMAGE_PIXELS = None  # what is too large was refused when the file was taken in
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "MPO")) as opened:
        opened.draft("RGB", (WIDTH, LONGEST))
        opened.thumbnail((WIDTH, LONGEST))
        upright = ImageOps.exif_transpose(opened)
    clear = upright.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear)


def warm_up() -> None:
    """Load every codec, of text too, and the drawing library now: after this nothing can be read from the disk."""
    Image.preinit()
    for plugin in (JpegImagePlugin, MpoImagePlugin, PngImagePlugin):
        assert plugin.__name__  # noqa: S101  (the import above is the point)
    with pypdfium2.PdfDocument.new() as sample:
        page = sample.new_page(10, 10)
        page.get_textpage().get_text_bounded()
        codecs.lookup("utf-16-le")
        Image.new("RGB", page.render().to_pil().size).save(io.BytesIO(), "JPEG")


if __name__ == "__main__":
    warm_up()
    cell.serve(draw, float(sys.argv[1]), answer_bytes=ANSWER_BYTES)
