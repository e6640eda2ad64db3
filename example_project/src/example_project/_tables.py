"""How the experiments show tables, apart from figures as pandas is slow to import."""

import sys

import pandas as pd


def show_table(table: pd.DataFrame) -> None:
    """Show `table` as a table in a notebook, and as text anywhere else."""
    ipython = sys.modules.get("IPython")  # a notebook's kernel has imported it
    if ipython is None or ipython.get_ipython() is None:
        print(table.to_string())
    else:
        ipython.display.display(table)
