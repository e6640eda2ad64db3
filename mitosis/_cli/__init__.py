"""Words from a shell become calls. This layer prints, and knows no SQL and no Jupyter.

Exit status of a trial: 0 if it succeeded, 1 if it was recorded but did not, 2 if it was refused
or the command was misused, 130 after Ctrl-C. Of the commands on locks: 0 if all is well, 1 if
something was found wrong, 2 if they were refused, misused, or could not look.
"""

from __future__ import annotations

from types import ModuleType

from mitosis._cli.commands import command

__all__ = ["command", "main"]


def main(package: ModuleType) -> None:
    """Be the command line of a package of experiments: all that its `__main__.py` calls.

    Options are those of `mitosis run`; `--exp_name` names a module of the package that
    defines `name` and `run`, or the experiment's own name, and may be left out if there is
    only one. Variants are dicts in that module or in the package, named like arguments.

    Args:
        package: the imported package.

    Example:
        The whole of `project_pkg/__main__.py`::

            import mitosis, project_pkg

            mitosis.main(project_pkg)
    """
    from mitosis._cli.package_command import package_command

    package_command(package)(prog_name=f"python -m {package.__name__}")
