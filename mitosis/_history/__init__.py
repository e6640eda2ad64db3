"""The read side: recorded trials as objects, tables and comparisons.

Nothing here starts a trial or changes what one has recorded. pandas is imported only in this
package, and only where a table is asked for.
"""

from mitosis._history.reader import FolderReader

__all__ = ["FolderReader"]
