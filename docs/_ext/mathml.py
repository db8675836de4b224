"""Mathematics as MathML, made when the site is built: drawn by the browser without a script, offline."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util.logging import getLogger

logger = getLogger(__name__)


def mathml(node, display):
    """MathML of the LaTeX in a node; a command that the converter does not know stays in it, and is a warning."""
    text = convert(node.astext(), display=display)
    if "\\" in text:
        logger.warning("unknown LaTeX command in %s", node.astext(), location=node)
    return text


def visit_inline(self, node):
    self.body.append(mathml(node, "inline"))
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append(f'<div class="math">{mathml(node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
