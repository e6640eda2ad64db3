"""Tokens planted wherever a trial may pick them up are found in nothing that it leaves."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import pytest

from tests.functional.conftest import Done, Project, record, trial_folder
from tests.unit.planted import TOKENS

pytestmark = pytest.mark.slow

_RANDOM = "c3D4" * 9
PLANTED = {
    "argv": "ghp" + "_" + _RANDOM,
    "argv by name": "correct-horse-1",
    "remote": "glpat" + "-" + _RANDOM[:20],
    "a Secret": "hunter22-secret",
    "by its argument's name": "hunter23-named",
    "by its shape": TOKENS["Anthropic"],
    "in a dict": "hunter24-nested",
    "in a list": TOKENS["Hugging Face"],
    "in a field": "hunter25-field",
    "untracked": "hunter26-untracked",
    "an address": "hunter27-address",
    "evaluated": TOKENS["GitHub"],
    "environment": "hunter28-environment",
    "source": TOKENS["npm"],
    "branch": TOKENS["Stripe"],
    "a file's name": TOKENS["DigitalOcean"],
}
"""What is planted, by where. The sources read all but the first three from a file."""

EXPERIMENT = '''
import logging, os, sys
import mitosis

name = "secretive"
REGISTRY = "@source@"

def run(api_key, secret, shaped, config, access, auth_token, url, listed, mode):
    """A secret is used and never told."""
    assert config["db"]["password"] == "hunter24-" + "nested"
    assert secret == "hunter22-" + "secret", "a Secret is equal to its text"
    held = [api_key, str(secret), shaped, config, access.password, auth_token, url, listed]
    print("printed", *held, os.environ["LAB_API_KEY"])
    print("printed", held, file=sys.stderr)
    logging.getLogger("lab").warning("logged %s %r", api_key, config)
    if mode == "fail":
        raise ValueError(f"no entry with {api_key} or {shaped} or {str(secret)} or {config}")
    return {"main": 1, "note": f"used {api_key}", "secret": secret, "config": config}
'''

ACCESS = """
import dataclasses

@dataclasses.dataclass
class Access:
    password: str
    host: str = "localhost"
"""

SMALL = "name = 'small'\ndef run(): return {'main': 1}\n"

SCRIPT = """
import json, sys
from pathlib import Path
import mitosis, secretive
from mitosis import Parameter, Secret
from accesses import Access

planted = json.loads(sys.stdin.read())
mode, debug = sys.argv[1], sys.argv[1] == "debug"
params = [
    Parameter("low", "secret", Secret(planted["a Secret"])),
    Parameter("low", "api_key", planted["by its argument's name"]),
    Parameter("low", "shaped", planted["by its shape"]),
    Parameter("low", "config", {"db": {"password": planted["in a dict"]}, "n": 1}),
    Parameter("low", "access", Access(planted["in a field"])),
    Parameter("low", "listed", [1, planted["in a list"]]),
    Parameter("low", "url", f"postgres://me:{planted['an address']}@localhost/x"),
    Parameter("low", "auth_token", planted["untracked"], track=False),
    Parameter("low", "mode", mode),
]
trial = mitosis.run(secretive, debug, params=params)
assert type(trial.main) is int
"""


@pytest.fixture
def lab(project: Project) -> Project:
    """A repository whose remote and environment hold secrets."""
    address = f"https://me:{PLANTED['remote']}@example.org/lab/project.git"
    project.git("remote", "add", "origin", address)
    folders = {name: project.root.parent / name for name in ("HOME", "TMPDIR")}
    for folder in folders.values():
        folder.mkdir()
    project.environment |= {name: str(folder) for name, folder in folders.items()}
    project.environment |= {"LAB_API_KEY": PLANTED["environment"]}
    source = EXPERIMENT.replace("@source@", PLANTED["source"])
    project.write(secretive=source, accesses=ACCESS, script=SCRIPT)
    project.commit()
    project.git("checkout", "-qb", PLANTED["branch"])
    return project


def run(lab: Project, mode: str) -> Done:
    words = ["script.py", mode, PLANTED["argv"], f"--db-password={PLANTED['argv by name']}"]
    return lab.python(*words, input=json.dumps(PLANTED))


def leaks(place: Path) -> list[str]:
    """Say which planted secrets stand in which files and names, outside of .git."""
    paths = [path for path in place.rglob("*") if not is_source(path.relative_to(place))]
    found = []
    for what, secret in PLANTED.items():
        for spelling in spellings(secret):
            found += [
                f"{what}: {path.relative_to(place)}"
                for path in paths
                if spelling in str(path).encode()
                or (path.is_file() and spelling in path.read_bytes())
            ]
    return found


def is_source(path: Path) -> bool:
    """Tell whether a file is the project's own: its code, what Python makes of it, or git's."""
    return path.name == "secretive.py" or bool({".git", "__pycache__"} & set(path.parts))


def spellings(secret: str) -> list[bytes]:
    plain = secret.encode()
    return [
        plain,
        secret.encode("utf-16-le"),
        secret.encode("utf-32-le"),
        base64.b64encode(plain),
    ]


def locked_texts(lab: Project) -> dict[str, str]:
    with sqlite3.connect(lab.root / "trials" / "secretive.db") as connection:
        return dict(connection.execute("SELECT parameter, text FROM variant").fetchall())


def test_a_trial_that_succeeds_leaves_no_secret(lab: Project) -> None:
    done = run(lab, "succeed")
    assert "secretive-" in done.out, done
    assert done.status == 0, done
    assert leaks(lab.root.parent) == []
    texts = locked_texts(lab)
    assert texts["secret"].startswith("Secret('")
    assert texts["api_key"].startswith("Secret(str='")
    assert texts["config"].startswith("{'db': {'password': Secret(str='")
    log = (trial_folder(lab.root) / "output.log").read_text(encoding="utf-8")
    assert "printed ***" in log
    key = lab.root / "trials" / ".secret-key"
    assert (len(key.read_bytes()), key.stat().st_mode & 0o777) == (32, 0o600)


def test_a_second_trial_finds_its_secrets_as_they_were_locked(lab: Project) -> None:
    assert run(lab, "succeed").status == 0
    again = run(lab, "succeed")
    assert again.status == 0, again
    assert "-2 succeeded" in again.out


def test_a_trial_that_fails_with_a_secret_on_its_lips_leaves_none(lab: Project) -> None:
    done = run(lab, "fail")
    assert done.status != 0
    assert "no entry with ***" in done.err, done
    assert "***" in record(trial_folder(lab.root))["traceback"]
    assert leaks(lab.root.parent) == []


def test_debug_mode_leaves_no_secret_and_no_key(lab: Project) -> None:
    done = run(lab, "debug")
    assert done.status == 0, done
    assert leaks(lab.root.parent) == []
    assert not (lab.root / "trials" / ".secret-key").exists()


def test_a_secret_in_an_expression_is_in_no_name(lab: Project) -> None:
    lab.write(small="name = 'small'\ndef run(api_key): return {'main': len(api_key)}\n")
    lab.commit()
    token = PLANTED["evaluated"]
    done = lab.mitosis("run", "small", "-e", f"api_key={token!r}")
    assert done.status == 0, done
    assert "small-secret-" in done.out
    assert token not in done.out + done.err
    assert leaks(lab.root.parent) == []


def test_a_changed_secret_is_a_conflict_that_shows_neither(lab: Project) -> None:
    assert run(lab, "succeed").status == 0
    words = ["script.py", "succeed"]
    changed = PLANTED | {"a Secret": "hunter99-other"}
    done = lab.python(*words, input=json.dumps(changed))
    assert "VariantConflictError" in done.err, done
    assert "hunter99-other" not in done.err
    assert PLANTED["a Secret"] not in done.err


def test_a_refused_trial_leaves_no_key(lab: Project) -> None:
    (lab.root / "accesses.py").write_text(f"{ACCESS}\nCHANGED = 1\n", encoding="utf-8")
    done = run(lab, "succeed")
    assert "DirtyRepositoryError" in done.err, done
    assert not (lab.root / "trials").exists()


def test_checking_compares_secrets_under_the_folders_key_and_says_where_it_cannot(
    lab: Project,
) -> None:
    lab.write(
        small="""
        import mitosis
        name = "small"
        password = {"low": "hunter30" + "-check"}
        def run(password): return {"main": 1}
        """
    )
    lab.commit()
    assert lab.mitosis("run", "small", "-p", "password=low").status == 0
    agreeing = lab.mitosis("check", "small")
    assert (agreeing.status, "1 as locked" in agreeing.out) == (0, True), agreeing
    (lab.root / "trials" / ".secret-key").write_bytes(b"o" * 32)
    elsewhere = lab.mitosis("check", "small")
    assert elsewhere.status == 0, elsewhere
    assert "locked under another key" in elsewhere.out
    assert "hunter30" not in elsewhere.out


def test_names_of_files_and_branches_are_recorded_without_tokens(lab: Project) -> None:
    token = PLANTED["a file's name"]
    source = f"""
    import mitosis, small
    mitosis.run(small, data=["{token}.txt"])
    """
    lab.write({f"{token}.txt": "1"}, small=SMALL, script=source)
    lab.git("add", f"{token}.txt")
    lab.commit()
    assert lab.python("script.py").status == 0
    lab.write({f"{token}.txt": "2"})
    lab.commit()
    again = lab.python("script.py")
    assert again.status == 0, again
    told = record(next((lab.root / "trials").glob("small-2_*")))
    assert told["code"]["branch"] == "***"
    said = " ".join(again.out.split())
    assert "data ***.txt has changed" in said
    assert "M ***.txt" in said
    assert token not in again.out + again.err
    trials = lab.root / "trials"
    assert [leak for leak in leaks(trials) if "file's name" in leak or "branch" in leak] == []
