"""Sphinx: MyST pages, docstrings, and the command line's own help."""

import mitosis

project = "mitosis"
author = "The mitosis maintainers"
copyright = "the mitosis maintainers"
version = release = mitosis.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# In docstrings, single backticks enclose code, as in Markdown.
default_role = "code"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"mitosis {release}"
html_copy_source = False
html_show_sourcelink = False
