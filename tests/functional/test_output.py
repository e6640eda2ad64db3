"""What an experiment prints: live, in order, plain in logs, folded and bounded in the page."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest

from tests.functional.conftest import Project, trial_folder

pytestmark = pytest.mark.slow

OUTPUT = """
import logging, os, sys, time
name = "output"
def run(how):
    log = logging.getLogger("mine")
    if how == "order":
        for i in range(3):
            print("print", i); log.info("record %d", i); sys.stderr.write(f"error {i}\\n")
        log.debug("only when debugging")
    if how == "odd":
        os.write(1, b"descriptor \\xff\\n"); sys.stdout.buffer.write(b"buffer \\xff\\n")
        print("surrogate \\ud800", "colour \\x1b[31mred\\x1b[0m", "é")
    if how == "child":
        os.system("echo from a child")
        pid = os.fork()
        if not pid: print("from a fork", flush=True); os._exit(0)
        os.waitpid(pid, 0)
        time.sleep(.3)
    if how == "bar":
        from tqdm.auto import tqdm
        for i in tqdm(range(10_000), desc="bar", mininterval=0): pass
    if how == "flood":
        line = "x" * 999
        for i in range(100_000): print(line)
        print("the end of it")
    if how == "figures":
        import matplotlib.pyplot as plt
        from IPython.display import display, HTML
        print("shown", 1)
        plt.plot([1, 2]); plt.show()
        print("shown", 2)
        display(HTML("<b>bo" "ld</b><img src='http://example.org/x.png'>"))
        plt.plot([2, 1])
        print("shown", 3)
    if how == "slow":
        for i in range(6):
            print("step", i); time.sleep(.5)
    return {"main": 1.0, "text": "x" * 10}
"""


@pytest.fixture
def output(project: Project) -> Project:
    project.write(output=OUTPUT)
    project.commit()
    return project


def words(how: str, *more: str) -> list[str]:
    return ["-m", "mitosis", "run", "output", "-e", f"how={how!r}", *more]


def log_of(project: Project) -> str:
    return (trial_folder(project.root) / "output.log").read_text()


def test_prints_and_log_records_come_in_order(output: Project) -> None:
    done = output.python(*words("order"))
    expected = "".join(f"print {i}\nINFO mine: record {i}\nerror {i}\n" for i in range(3))
    assert log_of(output) == expected
    positions = [
        done.html.index(f"{kind} {i}") for i in range(3) for kind in ("print", "record")
    ]
    assert positions == sorted(positions)
    assert [line for line in done.out.splitlines() if line.startswith("print")] == [
        "print 0",
        "print 1",
        "print 2",
    ]
    assert "INFO mine: record 2" in done.err


def test_debug_mode_shows_debug_records(output: Project) -> None:
    output.python(*words("order", "--debug"))
    assert "DEBUG mine: only when debugging" in log_of(output)


def test_bytes_surrogates_and_colours_do_not_lose_output(output: Project) -> None:
    done = output.python(*words("odd"))
    assert done.status == 0, done
    log = log_of(output)
    assert "buffer \\xff\n" in log
    assert "surrogate \\ud800 colour red é\n" in log
    assert "descriptor" in log
    assert "surrogate \\ud800" in done.html
    assert "\x1b" not in done.out + done.err + log


def test_output_of_children_and_forks_is_kept(output: Project) -> None:
    output.python(*words("child"))
    log = log_of(output)
    assert "from a child" in log
    assert "from a fork" in log


def test_a_bar_of_10000_updates_leaves_one_line(output: Project) -> None:
    done = output.python(*words("bar"))
    assert done.html.count("bar:") == 1
    assert "10000/10000" in done.html
    assert log_of(output).count("bar:") <= 4
    assert "\r" not in done.err + log_of(output)
    assert done.err.count("bar:") <= 4


def test_100_megabytes_are_all_in_the_log_and_bounded_in_the_page(output: Project) -> None:
    done = output.python(*words("flood"), stdout=-3, stderr=-3)
    (row,) = output.rows("trials/output.db")
    log = trial_folder(output.root) / "output.log"
    page = output.root / "trials" / row["html"]
    assert row["status"] == "succeeded", done
    assert log.stat().st_size == 100_000_000 + len("the end of it\n")
    assert page.stat().st_size < 2_000_000
    assert "characters left out: output.log holds all" in page.read_text()
    assert "the end of it" in page.read_text()


def test_figures_and_displays_stand_inline_and_in_order(output: Project) -> None:
    done = output.python(*words("figures"))
    parts = ["shown 1", "data:image/png;base64", "shown 2", "<b>bold</b>", "shown 3"]
    positions = [done.html.index(part) for part in parts]
    assert positions == sorted(positions)
    assert done.html.count("data:image/png;base64") == 2
    assert "src='http" not in done.html
    assert 'src="http' not in done.html


def test_progress_is_seen_while_the_trial_runs(output: Project, tmp_path: Path) -> None:
    exp_log = output.root / "exp.log"
    with exp_log.open("wb") as file:
        process = output.start(*words("slow"), stdout=file, stderr=file)
        seen: list[tuple[int, int]] = []
        while process.poll() is None:
            own = list(output.root.glob("trials/*/output.log"))
            inside = own[0].read_text().count("step") if own else 0
            seen.append((exp_log.read_text().count("step"), inside))
            time.sleep(0.1)
    assert process.returncode == 0, exp_log.read_text()
    assert {outside for outside, _ in seen} >= {1, 2, 3, 4, 5}
    assert {inside for _, inside in seen} >= {1, 2, 3, 4, 5}
    lines = exp_log.read_text().splitlines()
    assert lines[0].startswith("mitosis: output-'slow'-1 starts")
    assert lines[1:7] == [f"step {i}" for i in range(6)]
    assert "succeeded, main = 1" in lines[-2]
    assert lines[-1].endswith(".html")


def test_an_ipynb_is_a_valid_notebook_with_its_outputs(output: Project) -> None:
    done = output.python(*words("figures", "--output-extension", "ipynb"))
    assert done.page.suffix == ".ipynb"
    notebook = nbformat.read(done.page, as_version=4)
    nbformat.validate(notebook)
    tags = [cell.metadata.tags[0] for cell in notebook.cells]
    assert tags == ["title", "parameters", "source", "run", "results"]
    kinds = [o.output_type for o in notebook.cells[3].outputs]
    assert kinds == [
        "stream",
        "display_data",
        "stream",
        "display_data",
        "stream",
        "display_data",
    ]


def test_the_page_tells_what_ran(output: Project) -> None:
    output.write(
        told='''
        name = "told"
        def run(seed, rate, options=None):
            """Less *noise* gives a smaller error."""
            return {"main": 0.25, "table": [1, 2, 3]}
        '''
    )
    output.commit()
    done = output.mitosis(
        "run", "told", "-e", "rate=0.5", "--seed", "7", "-e", "+options={'a': 1}"
    )
    commit = output.git("rev-parse", "HEAD").strip()
    for part in ("told", "<em>noise</em>", "0.5", "7", commit, "0.25", "[1, 2, 3]", "def"):
        assert part in done.html, part


def test_the_kernel_has_the_directory_path_and_interpreter_of_the_caller(
    output: Project,
) -> None:
    output.write(
        {
            "where/inside.py": """
                import os, sys
                name = "inside"
                def run():
                    return {"main": os.getcwd(), "path": sys.path, "python": sys.executable}
                """
        }
    )
    done = output.script(
        """
        import mitosis, os, sys
        sys.path.insert(0, os.path.abspath("where"))
        import inside
        trial = mitosis.run(inside, trials_folder="elsewhere")
        assert trial.main == os.getcwd(), trial.main
        assert trial.results["path"] == sys.path, trial.results
        assert trial.results["python"] == sys.executable
        print("the same", trial.folder.parent.name)
        """
    )
    assert "the same elsewhere" in done.out, done


def test_nothing_of_the_kernel_s_own_talk_reaches_the_terminal(output: Project) -> None:
    done = output.python(*words("order"))
    assert "encryption" not in done.err + done.out
    assert len(done.out.splitlines()) == 6
    assert len(done.err.splitlines()) == 6
