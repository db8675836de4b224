"""How Sphinx builds the site: `make docs`. Why so, in decisions/0009-documentation.md."""

import os
import shutil
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# Scripts run where they lie and leave files there: copies of them, beside the sources.
SCRIPTS = HERE / "_gallery_scripts"
shutil.rmtree(SCRIPTS, ignore_errors=True)
shutil.copytree(HERE / "gallery", SCRIPTS)

project = "ecd2g"
author = "The ecd2g developers"
project_copyright = author
release = metadata.version("ecd2g")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "docstrings",
    "command_help",
    "code_host_links",
]
exclude_patterns = [
    "_build",
    SCRIPTS.name,
    "gallery/README.md",
    "gallery/GALLERY_HEADER.txt",
    "hardening_table.md",
]
nitpicky = True
# types in signatures that no API page holds: those of other libraries, and private ones (ecd2g.PACKAGE.FILE.NAME)
nitpick_ignore_regex = [("py:.*", r"(?!ecd2g\.).*|ecd2g\.\w+\.\w+\..*")]

html_theme = "furo"
html_title = f"ecd2g {release}"
html_static_path = ["_static"]
html_css_files = ["ecd2g.css"]
html_math_renderer = "mathml"  # the browser draws MathML: no script, no font, no network
html_show_sourcelink = False
templates_path: list[str] = []

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
default_role = "code"  # what docstrings put in single backticks

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_type_aliases = {"ArrayLike": "ArrayLike"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
toc_object_entries_show_parents = "hide"
add_module_names = True

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": SCRIPTS.name,
    "gallery_dirs": "_gallery",
    "within_subsection_order": "gallery_build.ReadmeOrder",
    "default_thumb_file": str(HERE / "images" / "circuit_1d.png"),
    "image_scrapers": ("gallery_build.saved_pictures",),
    "reset_modules": ("gallery_build.strict_warnings",),
    "reset_modules_order": "both",
    "capture_repr": (),
    "show_signature": False,
    "download_all_examples": False,
    "write_computation_times": False,
    "min_reported_time": 10_000,
}
