"""What the tagged cells of a notebook give, run by IPython itself without a kernel."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from mitosis._recording.tagged import TaggedCells


class Shell(InteractiveShell):
    """IPython, to which each cell comes with its tags."""

    tags: Sequence[str] | None = ()

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": {} if self.tags is None else {"tags": list(self.tags)}}


class Notebook:
    """Cells of one notebook, run one after the other."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.tagged = TaggedCells()
        self.functions = {"keep": lambda results: results}
        self.namespace["parameters"] = {"k": 3}
        self.tagged.follow(self.shell, self.namespace, self.functions)

    @property
    def namespace(self) -> dict[str, Any]:
        namespace: dict[str, Any] = self.shell.user_ns
        return namespace

    def run(self, code: str, *tags: str, said: str = "", stream: str = "stdout") -> Any:
        self.shell.tags = tags
        self.shell.user_ns["say"] = lambda text: self.tagged.hear(stream, text)
        call = f"say({said!r})\n" if said else ""
        return self.shell.run_cell(call + code).result  # type: ignore[no-untyped-call]  # IPython

    @property
    def results(self) -> Any:
        return self.tagged.results(self.namespace.get("results"))


@pytest.fixture(scope="module")
def shell() -> Shell:
    gc.freeze()  # each reset looks for cycles in all that former tests have left: half a second
    return Shell(config=Config({"HistoryManager": {"enabled": False}}))  # type: ignore[no-untyped-call]  # IPython


@pytest.fixture
def notebook(shell: Shell) -> Iterator[Notebook]:
    yield Notebook(shell)
    for name in ("pre_run_cell", "post_run_cell"):
        shell.events.callbacks[name].clear()
    shell.reset()  # type: ignore[no-untyped-call]  # IPython


def test_the_last_value_of_a_tagged_cell_is_a_result_under_each_of_its_names(
    notebook: Notebook,
) -> None:
    notebook.run("1 / 2", "half", "main")
    notebook.run("3")
    notebook.run("x = 4", "nothing")
    notebook.run("5", "hide-input", "remove-cell", "raises-exception")
    notebook.run("6", "run")
    assert notebook.results == {"half": 0.5, "main": 0.5}


def test_what_later_cells_do_to_a_value_is_not_seen(notebook: Notebook) -> None:
    notebook.run("import numpy as np\narray = np.zeros(2)\narray", "array")
    notebook.run("facts = {'a': [1]}\nfacts", "facts")
    notebook.run("array += 1\nfacts['a'].append(2)")
    assert notebook.results["array"].tolist() == [0, 0]
    assert notebook.results["facts"] == {"a": [1]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.2\n", 10.2),
        ("{'a': 1.5}\n", {"a": 1.5}),
        ("inf", float("inf")),
        ("np.float64(1.0)", "np.float64(1.0)"),
        ("two\nlines\n", "two\nlines"),
    ],
    ids=["number", "dict", "infinity", "call", "lines"],
)
def test_what_a_tagged_cell_prints_is_its_value_where_it_has_no_other(
    text: str, value: object, notebook: Notebook
) -> None:
    notebook.run("", "main", said=text)
    assert notebook.results == {"main": value}


def test_a_value_counts_before_what_is_printed_and_errors_are_no_text(
    notebook: Notebook,
) -> None:
    notebook.run("7", "main", said="training\n")
    notebook.run("", "logged", said="WARNING", stream="stderr")
    notebook.run("", "silent", said="  \n")
    notebook.run("", "flood", said="a" * 100_001)
    assert notebook.results == {"main": 7}


def test_a_cell_that_raises_gives_nothing(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run("7", "main")
    notebook.run("raise ValueError", "broken", "raises-exception", said="before")
    notebook.run("(", "unreadable", "raises-exception")
    assert notebook.results == {"main": 7}
    assert "ValueError" in capsys.readouterr().out


def test_pictures_are_no_values_but_figures_are(notebook: Notebook) -> None:
    notebook.run(
        "import numpy as np\nfrom matplotlib.figure import Figure\n"
        "figure = Figure()\naxes = figure.subplots(1, 2)\nfigure",
        "figure",
    )
    notebook.run("axes[0].plot([1, 2])", "line")
    notebook.run("axes", "axes")
    notebook.run("np.array(['a'], dtype=object)", "objects")
    assert notebook.results.keys() == {"figure", "objects"}


def test_cells_inside_a_cell_do_not_count(notebook: Notebook) -> None:
    notebook.run("get_ipython().run_cell('1')", "main", said="2")
    assert notebook.results == {"main": 2}


def test_a_dict_of_results_adds_what_no_cell_is_tagged_with(notebook: Notebook) -> None:
    notebook.run("0.5", "mse")
    notebook.run("", "main", said="0.51")
    notebook.run("results = {'mse': 0.5, 'main': 0.5123, 'more': 1}")
    assert notebook.results == {"mse": 0.5, "main": 0.5123, "more": 1}


def test_a_value_and_a_result_that_differ_are_told(notebook: Notebook) -> None:
    notebook.run("0.5", "main")
    notebook.run("[1, 2]", "other")
    notebook.run("results = {'main': 0.6, 'other': (1, 2)}")
    with pytest.raises(ValueError, match=r"shows 0\.5 in the cell tagged 'main'") as caught:
        notebook.results  # noqa: B018 - it raises
    assert "and holds 0.6 in results['main']" in str(caught.value)
    assert "tagged 'other'" in str(caught.value)


def test_the_same_value_told_twice_is_no_contradiction(notebook: Notebook) -> None:
    notebook.run("import numpy as np\nnp.array([1.0, np.nan])", "array")
    notebook.run("np.float64(0.1)", "main")
    notebook.run("results = {'array': np.array([1.0, np.nan]), 'main': 0.1}")
    assert np.isnan(notebook.results["array"][1])


def test_a_variable_of_that_name_that_is_no_dict_is_left_alone(notebook: Notebook) -> None:
    notebook.run("results = [1]")
    assert notebook.results == [1]
    notebook.run("2", "main")
    assert notebook.results == {"main": 2}


def test_cells_of_mitosis_find_what_the_notebook_put_aside(notebook: Notebook) -> None:
    assert notebook.run("check = parameters['k']\ncheck", "run") == 3
    notebook.run("parameters = keep = None")
    assert notebook.run("parameters['k']", "injected-parameters") == 3
    notebook.run("del keep, parameters")
    assert notebook.run("keep(results)", "results") == {}
    assert notebook.tagged.in_notebook


def test_exit_ends_the_cell_and_not_the_kernel(notebook: Notebook) -> None:
    notebook.run("1")
    for word in ("exit", "quit"):
        with pytest.raises(SystemExit):
            notebook.namespace[word]()


def test_an_experiment_that_is_no_notebook_is_left_as_it_is(notebook: Notebook) -> None:
    notebook.run("results = {'main': 1}", "run", "step-name", said="printed")
    notebook.shell.tags = None
    notebook.shell.run_cell("keep = None\n7")  # type: ignore[no-untyped-call]  # IPython
    assert notebook.results == {"main": 1}
    assert not notebook.tagged.in_notebook


@pytest.mark.parametrize(
    ("code", "awaits"),
    [
        ("await f()", True),
        ("async def f(): await g()", False),
        ("%timeit awaited", False),
        ("async for x in y: pass", True),
        ("x = 'await'", False),
        ("await (", False),
    ],
)
def test_cells_that_await_are_told_from_others(
    code: str, awaits: bool, notebook: Notebook
) -> None:
    class Info:
        raw_cell = code

    assert notebook.tagged.awaits(Info()) is awaits
