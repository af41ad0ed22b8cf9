"""Sphinx configuration of the web edition; `make site` writes the pages that it builds, see tools/web_edition.py."""

from __future__ import annotations

import html
from pathlib import Path

from docutils.nodes import SkipNode

project = "Inside Neural Networks"
author = "the authors of Inside Neural Networks"
html_title = project
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict = {}  # widgets are frames here, and their script would come from another host
nb_render_markdown_format = "myst"
nb_code_prompt_show = nb_code_prompt_hide = "The code of this figure"
myst_enable_extensions = ["dollarmath", "attrs_inline", "attrs_block"]
myst_dmath_double_inline = True
myst_heading_anchors = 3
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
html_theme = "furo"
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["katex/katex.min.css", "course.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("live-data.js", "live.js", "figures.js")]
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_search_summary = False  # it reads pages with fetch(), which a browser refuses for files
html_permalinks = True
html_math_renderer = "katex"
html_favicon = str(Path(__file__).parent / "static" / "icon.svg")
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "navigation_with_keys": False,  # arrow keys belong to the sliders
    "light_css_variables": {"color-brand-primary": "#074394", "color-brand-content": "#074394"},
    "dark_css_variables": {"color-brand-primary": "#7fb2f0", "color-brand-content": "#7fb2f0"},
}


def inline_formula(translator, node):
    """Leave the formula for KaTeX, which `site/formulas.mjs` runs over the finished pages."""
    translator.body.append(f'<span class="tex">{html.escape(node.astext())}</span>')
    raise SkipNode


def block_formula(translator, node):
    """Leave the formula for KaTeX, to stand on a line of its own."""
    translator.body.append(f'<div class="tex">{html.escape(node.astext())}</div>\n')
    raise SkipNode


def setup(app):
    """Tell Sphinx how formulas are written."""
    app.add_html_math_renderer("katex", (inline_formula, None), (block_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
