"""Mathematics as MathML, by the converter that docutils brings: drawn by the browser without a script, offline."""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.logging import getLogger

logger = getLogger(__name__)


def mathml(node, as_block=False):
    """MathML of the LaTeX in a node; what the converter does not know is a warning."""
    try:
        return tex2mathml(node.astext(), as_block)
    except MathError as error:
        logger.warning("cannot convert %s: %s", node.astext(), error, location=node)
        return ""


def visit_inline(self, node):
    self.body.append(mathml(node))
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append(f'<div class="math">{mathml(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
