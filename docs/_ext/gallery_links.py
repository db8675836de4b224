"""Pages link to scripts of the gallery, which a code host shows; on the site the links lead to what they drew."""

import re


def to_built_page(app, docname, source):
    source[0] = re.sub(r"\((\.\./)?gallery/(plot_\w+)\.py\)", r"(/_gallery/\2.rst)", source[0])
    source[0] = re.sub(r"\((\.\./)?gallery/README\.md\)", r"(/_gallery/index.rst)", source[0])


def setup(app):
    app.connect("source-read", to_built_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
