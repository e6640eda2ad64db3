"""Running scripts of a project, and asking about its trials without another process."""

from __future__ import annotations

from click.testing import CliRunner

from mitosis._cli.commands import command
from tests.functional.conftest import Done, Project


def made(project: Project, ignored: str = "", **modules: str) -> Project:
    """Make a repository with these modules committed."""
    project.git("init", "-q")
    project.write({".gitignore": f"trials/\n__pycache__/\n{ignored}"}, **modules)
    project.commit()
    return project


def ran(done: Done) -> Done:
    """Return a process that ended well."""
    assert done.status == 0, done
    return done


def told(project: Project, *words: str, folder: str = "trials") -> str:
    """Return what a command of `mitosis` says of a project's trials folder."""
    done = CliRunner().invoke(command, [*words, "--folder", str(project.root / folder)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output
