"""Sessions in real kernels: what they keep, seed, redact and warn of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mitosis._recording import read_lines, read_pickle
from tests.unit.recording.kernel import Ran, run_cells

pytestmark = pytest.mark.slow

TOKEN = "ghp_" + "a1B2" * 9
PASSWORD = "cor'rect horse"


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A trial that does all it can to get its secrets written down."""
    folder = tmp_path_factory.mktemp("trial")
    return run_cells(
        folder,
        """
        import sys, os, logging, pathlib, subprocess, time
        from IPython.display import HTML, display
        password = unpickled("password")
        token = sys.argv[1]
        print("printed", password, token)
        logging.warning("logged %s", [password])
        display(HTML(f"<p>{password}</p>"))
        subprocess.run(["echo", "child", token])
        while "child" not in pathlib.Path(sys.argv[2]).read_text():
            time.sleep(0.001)  # its line comes through a pipe, and this one must not cut it
        for letter in f"slowly {token} {password}\\n":
            print(letter, end="", flush=True)
        subprocess.run(["printf", "%s", "." * 990 + " wide " + token + " " + password])
        for piece in ("raw " + password[:5], password[5:] + " " + token[:9], token[9:] + "\\n"):
            os.write(1, piece.encode())
        """,
        """
        import numpy as np
        keep({
            'main': password, 'config': {'password': password}, 'rate': 0.5, 'found': [token],
            'array': np.array([token, password]),
        })
        """,
        "raise ValueError(f'no entry with {password} or {token}')",
        argv=["run.py", TOKEN, str(folder / "output.log")],
        secrets={
            "key": b"k" * 32,
            "pickles": {"password": __import__("pickle").dumps(PASSWORD)},
            "values": [PASSWORD, "abc"],
        },
    )


def test_no_file_of_the_trial_and_no_message_holds_a_secret(secretive: Ran) -> None:
    written = [path.read_bytes() for path in secretive.folder.rglob("*") if path.is_file()]
    sent = json.dumps(secretive.messages, default=str).encode()
    for secret in (TOKEN, PASSWORD, repr(PASSWORD)[1:-1]):
        assert [data for data in [*written, sent] if secret.encode() in data] == []


def test_what_stands_around_a_secret_stays(secretive: Ran) -> None:
    assert "printed *** ***\n" in secretive.log
    assert "child ***\n" in secretive.log
    assert "slowly *** ***\n" in secretive.log
    assert ". wide *** ***raw *** ***\n" in secretive.log
    assert "WARNING root: logged" in secretive.log
    assert "ValueError: no entry with *** or ***" in secretive.log
    assert secretive.texts["stdout"].startswith("printed *** ***\n")
    assert secretive.displays[0]["data"]["text/html"] == "<p>***</p>"


def test_a_result_that_holds_a_secret_is_not_stored(secretive: Ran) -> None:
    assert read_pickle(secretive.folder / "results.dill") == {"rate": 0.5}
    assert secretive.report.dropped == dict.fromkeys(
        ("main", "config", "found", "array"), "it holds a secret, or what looks like one"
    )
    assert (secretive.report.main, secretive.report.main_is_exact) == ("***", False)


def test_displays_are_kept_where_they_came(tmp_path: Path) -> None:
    ran = run_cells(
        tmp_path,
        """
        from IPython.display import display, HTML
        import threading
        print("größe")
        handle = display(HTML("<b>one</b>"), display_id="d")
        print("between")
        handle.update(HTML("<b>two</b>"))
        thread = threading.Thread(target=display, args=(HTML("<i>three</i>"),))
        thread.start(); thread.join()
        """,
        "keep({'main': 1})",
    )
    shown = [(d["at"], d["type"], d["data"].get("text/html")) for d in ran.displays]
    assert shown == [
        (len("größe\n".encode()), "display_data", "<b>one</b>"),
        (len("größe\nbetween\n".encode()), "update_display_data", "<b>two</b>"),
        (len("größe\nbetween\n".encode()), "display_data", "<i>three</i>"),
        (len("größe\nbetween\n".encode()), "execute_result", None),
    ]
    assert [d["transient"].get("display_id") for d in ran.displays[:2]] == ["d", "d"]
    assert ran.displays[-1]["data"]["text/plain"] == "main  1"


def test_generators_start_at_the_seed_and_the_report_says_which_were_used(
    tmp_path: Path,
) -> None:
    cells = ["import random", "seed_globals(7)", "keep({'main': random.random()})"]
    ran = run_cells(tmp_path, *cells, seed=7)
    import random

    assert ran.report.main == random.Random(7).random()
    assert ran.report.generators == {"random": {"seeded": True, "drawn": True}}
    assert ran.report.warnings == []


def test_what_no_one_uses_is_not_drawn_from(tmp_path: Path) -> None:
    cell = "import numpy, numpy.random, tempfile, uuid; tempfile.mkdtemp(); uuid.uuid4()"
    ran = run_cells(tmp_path, cell, "print(1)", "keep({'main': 1})")
    assert ran.report.generators == {
        "random": {"seeded": True, "drawn": False},
        "numpy.random": {"seeded": True, "drawn": False},
    }
    assert [found["user_api"] for found in ran.report.numeric_libraries] == ["blas"]
    assert ran.report.numeric_libraries[0]["num_threads"] >= 1
    assert ran.report.numeric_builds["numpy"]["Build Dependencies"]["blas"]


def test_input_files_are_recorded_when_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1,2\n")
    cell = """
        import mitosis
        for _ in range(2):
            text = mitosis.record_data("data/a.csv").read_text()
        keep({"main": text})
    """
    ran = run_cells(tmp_path, cell, base=tmp_path)
    (file,) = read_lines(ran.folder / "data.jsonl")
    assert (file["path"], file["size_bytes"], len(file["digest"])) == ("data/a.csv", 4, 64)


def test_a_trial_that_broke_json_is_still_heard_of(tmp_path: Path) -> None:
    cell = """
        import json
        json.dumps = json.loads = None
        json.encoder.c_make_encoder = None
        print("still here")
        """
    ran = run_cells(tmp_path, cell, "keep({'main': 0.25})")
    assert ran.texts["stdout"] == "still here\n"
    assert ran.report.main == 0.25


def test_threads_that_outlive_the_experiment_are_a_warning(tmp_path: Path) -> None:
    cell = """
        import threading, time
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(2)
        pool.submit(int).result()
        threading.Thread(target=time.sleep, args=(2,), name="saver").start()
        keep({"main": 1})
    """
    (warning,) = run_cells(tmp_path, cell).report.warnings
    assert warning.splitlines()[1:] == ["    thread saver"]


def test_modules_are_told_but_for_installed_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1\n")
    cell = """
        import mine, numpy, sys
        class Weird:
            def __getattribute__(self, name):
                raise RuntimeError(name)
        sys.modules["weird"] = Weird()
        sys.modules["nothing"] = None
        keep({"main": 1})
    """
    modules = run_cells(tmp_path, cell).report.modules
    assert str(tmp_path / "mine.py") in modules
    assert [
        path for path in modules if "site-packages" in path or path.endswith("/os.py")
    ] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_costs_the_log_and_not_the_trial(tmp_path: Path) -> None:
    cell = """
        import os
        full = os.open("/dev/full", os.O_WRONLY)
        log = _mitosis._log
        os.dup2(full, log._file)
        print("lost")
        print("lost too")
        keep({"main": 3})
    """
    ran = run_cells(tmp_path, cell)
    assert ran.texts["stdout"] == (
        "[mitosis: output.log is incomplete from here: No space left on device]\n"
        "lost\nlost too\n"
    )
    assert ran.report.main == 3
    assert ran.report.warnings == [
        "output.log is incomplete from here: No space left on device\n    14 bytes are missing"
    ]


def earlier(ran: Ran, **changes: object) -> dict[str, object]:
    trial = {"name": "sine-1", "folder": str(ran.folder), "data": {}}
    return trial | {"results_digest": ran.report.results_digest} | changes


def test_another_result_than_before_is_a_warning_and_noise_is_none(tmp_path: Path) -> None:
    first = run_cells(tmp_path / "1", "keep({'main': 0.1 + 0.2, 'n': 3, 'x': [1.0, 2.0]})")
    again = run_cells(
        tmp_path / "2", "keep({'main': 0.3, 'n': 3, 'x': [1.0, 2.0]})", earlier=[earlier(first)]
    )
    assert again.report.purity is not None
    assert again.report.purity["verdict"] == "noise"
    assert again.report.purity["differences"] == [["main", "0.30000000000000004", "0.3"]]
    assert again.report.warnings == []
    assert (
        "mitosis: the results differ from those of sine-1 by floating-point noise" in again.log
    )
    other = run_cells(
        tmp_path / "3",
        "keep({'main': 0.31, 'n': 4, 'x': [1.0, 2.0]})",
        earlier=[earlier(first)],
    )
    assert other.report.purity is not None
    assert other.report.purity["verdict"] == "different"
    (warning,) = other.report.warnings
    assert warning.splitlines() == [
        "the results are others than those of sine-1, which had the same variants, seed, code "
        "and data",
        "    main",
        "        then  0.30000000000000004",
        "        now   0.31",
        "    n",
        "        then  3",
        "        now   4",
    ]
    assert f"WARNING mitosis: {warning}\n" in other.log


def test_the_same_result_is_the_same_and_needs_no_file_of_the_earlier_trial(
    tmp_path: Path,
) -> None:
    first = run_cells(tmp_path / "1", "keep({'main': 1})")
    (first.folder / "results.dill").unlink()
    other_data = earlier(first, name="sine-0", data={"a.csv": "ab"}, results_digest="cd")
    again = run_cells(tmp_path / "2", "keep({'main': 1})", earlier=[other_data, earlier(first)])
    assert again.report.purity is not None
    assert again.report.purity["compared_with"] == "sine-1"
    assert again.report.purity["verdict"] == "same"
    assert "mitosis" not in again.log
