"""The command line of an experimenter's own package: `mitosis.main(package)`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.trial_options import run_found, trial_options


def package_command(package: ModuleType) -> click.Command:
    """Return the command of a package."""

    @click.command(
        context_settings=CONTEXT,
        help=f"Run one recorded trial of an experiment in {package.__name__}.",
        epilog=_Listing(package).text(),
    )
    @click.option("--exp_name", "--exp-name", metavar="NAME", help="The experiment to run.")
    @trial_options
    @exit_status
    def run_one(exp_name: str | None, config: Path | None, **options: Any) -> None:
        from mitosis._cli.experiments import find_in_package
        from mitosis._settings import find_settings

        settings = find_settings(Path.cwd(), config) if config else None
        run_found(find_in_package(package, exp_name), settings, options)

    return run_one


class _Listing:
    """What a package offers, for the end of its help."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package

    def text(self) -> str:
        """Return experiments and variants, in click's form for lines that stay as they are."""
        from mitosis._cli.experiments import signatures
        from mitosis._cli.variants import variants_by_parameter

        found = signatures(self._package)
        experiments = [f"  {name}({arguments})" for name, arguments in sorted(found.items())]
        lines = ["\b", "Experiments and their arguments:", *(experiments or ["  (none)"])]
        variants = variants_by_parameter(vars(self._package))
        if variants:
            lines += ["", "\b", f"Variants defined in {self._package.__name__}:"]
            lines += [f"  {name}: {', '.join(keys)}" for name, keys in variants.items()]
        return "\n".join([*lines, *self._example(found, variants)])

    def _example(self, found: dict[str, str], variants: dict[str, list[str]]) -> list[str]:
        """Return a command line that could be typed, where the package has all it needs."""
        for name, arguments in sorted(found.items()):
            required = {text.strip() for text in arguments.split(",") if "=" not in text}
            needed = [name for name in variants if name in required]
            words = [f"-p {name}={variants[name][0]}" for name in needed]
            if words and required <= {*variants, "seed"}:
                command = f"python -m {self._package.__name__} --exp_name {name}"
                return ["", "\b", "For example:", f"  {' '.join([command, *words])}"]
        return []
