"""Pages link to files that a code host shows; on the site the same links lead to pages."""

import re

PAGES = {
    r"gallery/(plot_\w+)\.py": r"/_gallery/\1.rst",
    r"gallery/README\.md": "/_gallery/index.rst",
    r"CHANGELOG\.md": "/changelog.md",
    r"hardening_table\.md": "/hardening.md",  # which includes it
    r"ecd2g/data/files/LICENSES\.md": "/licences.md",
}


def to_pages(app, *names_and_source):
    source = names_and_source[-1]
    for file, page in PAGES.items():
        source[0] = re.sub(rf"\]\((?:\.\./)*{file}\)", rf"]({page})", source[0])


def setup(app):
    app.connect("source-read", to_pages)
    app.connect("include-read", to_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
