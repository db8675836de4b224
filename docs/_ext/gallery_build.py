"""How sphinx-gallery runs the scripts of docs/gallery: warnings are errors, pictures are what `plots.save` wrote."""

import shutil
import warnings
from pathlib import Path

from sphinx_gallery.scrapers import figure_rst


class ReadmeOrder:
    """The order in which gallery/README.md lists the scripts."""

    def __init__(self, src_dir):
        self.page = Path(src_dir, "README.md").read_text(encoding="utf-8")

    def __call__(self, filename):
        return self.page.index(f"({filename})")


def saved_pictures(block, block_vars, gallery_conf):
    """Move the PNG files that a block has left beside its script into the site, and drop their SVG twins."""
    images = []
    pngs = Path(block_vars["src_file"]).parent.glob("*.png")
    for png in sorted(pngs, key=lambda path: path.stat().st_mtime_ns):
        images.append(next(block_vars["image_path_iterator"]))
        shutil.move(png, images[-1])
        png.with_suffix(".svg").unlink(missing_ok=True)
    return figure_rst(images, gallery_conf["src_dir"])


def strict_warnings(gallery_conf, filename, when):
    """Within a script every warning is an error, as in the tests."""
    if when == "before":
        warnings.simplefilter("error")
    else:
        warnings.filters.remove(("error", None, Warning, None, 0))
