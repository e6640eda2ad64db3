"""A trial's own record and page: written by its runner, and read back by whoever comes later.

What a trial's folder holds is enough to tell the trial, to end one whose runner is gone, and to
rebuild the database. This layer knows no SQL and no Jupyter: it has the layers below do that.
"""

from mitosis._records.page import Page
from mitosis._records.record import write_record

__all__ = ["Page", "write_record"]
