"""Check a built site: nothing is loaded from another host, and every internal link and anchor leads somewhere.

python docs/check_site.py docs/_build/html
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}
ELSEWHERE = re.compile(r"(?:https?:)?//")
STYLE = re.compile(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)|@import\s+[\"']((?:https?:)?//[^\"']+)")


class Page(HTMLParser):
    """The ids of a page, what it loads, and where it links to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.loads, self.links = {"", "top"}, [], []
        text = path.read_text(encoding="utf-8")
        self.feed(text)
        self.loads += [first or second for first, second in STYLE.findall(text)]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("author", "canonical"):
            self.loads.append(given.get("href", ""))
        if given.get(LOADING.get(tag)):
            self.loads.append(given[LOADING[tag]])
        self.loads += [each.split()[0] for each in given.get("srcset", "").split(",") if each.strip()]


def faults(site):
    """Sentences about what is wrong with the site in that folder."""
    site = Path(site).resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site} holds no HTML page: build the site first"
    for path, page in pages.items():
        for target in page.loads + page.links:
            if ELSEWHERE.match(target):
                if target in page.loads:
                    yield f"{path.relative_to(site)} loads {target}"
                continue
            parts = urlsplit(target)
            if parts.scheme or path.name == "search.html":
                continue
            goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not goal.exists() or (goal in pages and unquote(parts.fragment) not in pages[goal].ids):
                yield f"{path.relative_to(site)} points to {target}, which is not there"
    for path in sorted(site.rglob("*.css")):
        for match in STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} loads {match[0] or match[1]}"


if __name__ == "__main__":
    found = list(faults(sys.argv[1]))
    print("\n".join(found) or f"{sys.argv[1]}: nothing from other hosts, all internal links lead somewhere")
    sys.exit(bool(found))
