"""Secrets out of what is written down: command lines, addresses, output, parameters.

A value is a secret by the name it is given (`--token=...`, `API_KEY=...`, `--password ...`),
by its place in an address (`https://user:password@host`), or by its shape (the prefixes that
issuers give to their tokens so that they can be found). Names of command lines and of the
environment are taken at their word; those of parameters are doubted, for a `pad_token` is
no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

MARK = "***"
_SHORTEST = 12  # of all that a shape fits and that is worth hiding
LEAST_KNOWN = 8
"""Characters that a value of the environment has to have: a shorter one blots out words."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET_WORDS = {
    *("apikey", "bearer", "credential", "credentials", "passphrase", "passwd", "password"),
    *("passwords", "pat", "pwd", "secret", "secrets", "token"),
}
_KEY_KINDS = {"access", "account", "api", "auth", "encryption", "private", "signing", "ssh"}
_NEUTRAL = {"b64", "base64", "bytes", "hex", "plain", "raw", "str", "string", "text", "value"}
"""Words behind a name's noun that do not change what it names."""
_NAME = re.compile(r"[A-Za-z0-9_. -]+")
_FOLDERS = {"PWD", "OLDPWD"}
_BEGINNINGS = ("pass", "pwd", "pat", "secret", "token", "key", "credential", "bearer")
"""One of these is in each name that says secret, in small letters."""

_ASSIGNMENT = re.compile(r"(?s)(-{0,2}\+?[A-Za-z_][\w.-]*)=(.+)")
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")
_IN_ADDRESS = re.compile(r"(://)[^/\s]*@")
_PEM = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"[^-]*(?:-(?!----)[^-]*)*(?:-----END [A-Z0-9 ]{0,60}-----)?"
)
_TABLE = {
    r"gh[oprsu]_[A-Za-z0-9]{20,}": ("gho_", "ghp_", "ghr_", "ghs_", "ghu_"),  # GitHub
    r"github_pat_\w{20,}": ("github_pat_",),
    r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w-]{20,}": ("gl",),  # GitLab
    r"\bhf_[A-Za-z0-9]{20,}": ("hf_",),  # Hugging Face
    r"(?<![\w-])sk-(?=[\w-]*\d)[\w-]{20,}": ("sk-",),  # OpenAI, Anthropic
    r"\bxox[a-z]-[\w-]{10,}": ("xox",),  # Slack
    r"\bxapp-[\w-]{10,}": ("xapp-",),
    r"\bhooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]+": ("hooks.slack.com/",),
    r"\bdiscord(?:app)?\.com/api/webhooks/[\w/-]+": ("/api/webhooks/",),
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b": ("AKIA", "ASIA"),  # AWS
    r"\bAIza[\w-]{35}": ("AIza",),  # Google
    r"\bGOCSPX-[\w-]{20,}": ("GOCSPX-",),
    r"\bya29\.[\w-]{20,}": ("ya29.",),
    r"\b(?:AccountKey|SharedAccessKey)=[\w+/]{30,}={0,2}": ("AccountKey=", "AccessKey="),
    r"\b[\w~.-]{3}8Q~[\w~.-]{31,}": ("8Q~",),  # Azure
    r"\bnpm_[A-Za-z0-9]{30,}": ("npm_",),
    r"\bpypi-[\w-]{50,}": ("pypi-",),
    r"\bdo[opr]_v1_[0-9a-f]{40,}": ("_v1_",),  # DigitalOcean
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}": ("k_live_", "k_test_"),  # Stripe
    r"\bwhsec_[\w+/]{20,}": ("whsec_",),
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}": ("SG.",),  # SendGrid
    r"\bSK[0-9a-f]{32}\b": ("SK",),  # Twilio
    r"\bdapi[0-9a-f]{32}": ("dapi",),  # Databricks
    r"\b[0-9]{8,10}:AA[\w-]{33}": (":AA",),  # Telegram
    r"\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}": ("shpat_", "shpca_", "shppa_", "shpss_"),
    r"\bgsk_[A-Za-z0-9]{40,}": ("gsk_",),  # Groq
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}": ("AGE-SECRET-KEY-",),
    r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*": ("eyJ",),  # JSON web token
    _PEM: ("PRIVATE KEY",),
    r"(?<=[Bb]earer )\S+": ("earer ",),
    r"(?<=[Aa]uthorization: [Bb]asic )\S+": ("asic ",),
    r"(?<=[?&]sig=)[\w%+/=-]{16,}": ("&sig=", "?sig="),
    r"(?<=[?&]token=)[\w%+/=.-]{8,}": ("&token=", "?token="),
    r"(?<=[?&]api_key=)[\w%+/=.-]{8,}": ("&api_key=", "?api_key="),
    r"(?<=[?&]access_token=)[\w%+/=.-]{8,}": ("&access_token=", "?access_token="),
}
"""Shape to what must stand in a text that it fits, for that costs little to look for."""

_HINTS = tuple(hint for hints in _TABLE.values() for hint in hints)
_PRINTABLE = re.compile(rb"[ -~]{12,}")
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@][^/\s]*@")
_SPECIAL = re.compile(r"<.*>|\[.*\]|\{.*\}|\$.*|%.*%|\*+", re.DOTALL)
"""What stands for another text: special tokens, variables, marks."""
_CONSTANT = re.compile(
    r"(?P<name>\b\w+)(['\"]?\]?\s*[:=]\s*[bru]?)(?P<quote>['\"])(?P<text>[^'\"\n]+)(?P=quote)"
)
"""A literal, and the name that stands before it: of a variable, an argument or a key."""
_PATH = re.compile(r"(?:~|\.\.?)?/[^\n]*")


def redact_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a command line with every value that looks like a secret replaced by a mark.

    Example:
        >>> redact_argv(["run.py", "--token=abc", "--password", "abc", "https://me:pw@host/x"])
        ('run.py', '--token=***', '--password', '***', 'https://***@host/x')
    """
    redacted: list[str] = []
    awaiting = False
    for word in argv:
        redacted.append(MARK if awaiting and not word.startswith("-") else _redact_word(word))
        awaiting = bool(_OPTION.fullmatch(word)) and names_secret(word)
    return tuple(redacted)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return a text without these secrets, and without what looks like one."""
    for secret in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(secret, MARK)
        text = text.replace(repr(secret)[1:-1], MARK)
    return redact_text(text)


def redact_code(source: str) -> str:
    """Return source code without what looks like a secret in it, by shape or by name.

    Example:
        >>> redact_code("api_key = 'hunter22'; pad_token = '<pad>'")
        "api_key = '***'; pad_token = '<pad>'"
    """
    return redact_text(_CONSTANT.sub(_redact_constant, source))


def redact_text(text: str) -> str:
    """Return a text without passwords in addresses and without tokens known by their shape."""
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\1{MARK}@", text)
    return redact_tokens(text)


def redact_tokens(text: str) -> str:
    """Return a text without the tokens that are known by their shape."""
    for shape, hints in _TABLE.items():
        for hint in hints:
            if hint in text:
                text = _compiled(shape).sub(MARK, text)
                break
    return text


def names_secret(name: str) -> bool:
    """Tell whether what goes by this name is likely to be a secret.

    Example:
        >>> names_secret("--api-key"), names_secret("githubToken"), names_secret("tokenizer")
        (True, True, False)
    """
    words = _words(name)
    return not _SECRET_WORDS.isdisjoint(words) or any(
        first in _KEY_KINDS and second == "key" for first, second in pairwise(words)
    )


@lru_cache(maxsize=1 << 14)
def calls_secret(name: str) -> bool:
    """Tell whether the noun of a name is a secret's: of `db_password`, not of `token_type`.

    Example:
        >>> calls_secret("github_token"), calls_secret("token_type"), calls_secret("pat")
        (True, False, False)
    """
    if not _may_be_called_secret(name):
        return False
    words = _words(name)
    while words and (words[-1] in _NEUTRAL or words[-1].isdecimal()):
        words.pop()
    if not words or words == ["pat"]:
        return False
    if words[-1] == "key":
        return not _KEY_KINDS.isdisjoint(words[-2:-1]) or words[-2:-1] == ["secret"]
    return words[-1] in _SECRET_WORDS


def is_secret(text: str, name: str = "") -> bool:
    """Tell whether a text is a secret, by its shape or by the name of what holds it.

    Example:
        >>> is_secret("hunter22", "password"), is_secret("<pad>", "pad_token")
        (True, False)
    """
    return has_token(text) or is_called_secret(text, name)


def is_called_secret(text: str, name: str) -> bool:
    """Tell whether a text is a secret by the name of what holds it."""
    return calls_secret(name) and _may_be_secret(text, _words(name))


def has_token(text: str) -> bool:
    """Tell whether a text holds a password in an address, or a token of a known shape."""
    if "://" in text and _PASSWORD.search(text):
        return True
    return any(
        hint in text and _compiled(shape).search(text)
        for shape, hints in _TABLE.items()
        for hint in hints
    )


def may_hold_token(text: str) -> bool:
    """Tell quickly whether a text has to be looked at for tokens."""
    return "://" in text or (len(text) >= _SHORTEST and any(hint in text for hint in _HINTS))


def may_call_secret(text: str) -> bool:
    """Tell quickly whether a name in a text may be that of a secret."""
    if not _may_be_called_secret(text):
        return False
    return any(map(calls_secret, {*_NAME.findall(text)}))


def bytes_hold_token(data: bytes) -> bool:
    """Tell whether data hold a token of a known shape, as text."""
    return has_token("\n".join(run.decode() for run in _PRINTABLE.findall(data)))


def known_secrets(environ: Mapping[str, str]) -> list[str]:
    """Return the values of variables whose names say that they are secrets.

    Paths, short values and single words are left out: looked for elsewhere, they would blot
    out what is no secret.
    """
    return [
        value
        for name, value in environ.items()
        if name not in _FOLDERS
        and len(value) >= LEAST_KNOWN
        and calls_secret(name)
        and not _is_path(value)
        and not _is_word(value)
    ]


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    """Compile a shape when a text asks for it: most kernels never need most of them."""
    return re.compile(shape, re.ASCII)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _may_be_called_secret(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _BEGINNINGS)


def _may_be_secret(text: str, words: list[str]) -> bool:
    """Doubt what a parameter's name says: models have tokens and keys of their own."""
    if len(text) <= 3 or _SPECIAL.fullmatch(text) or _is_number(text) or _is_path(text):
        return False
    if "token" in words[-2:]:  # an issuer's token is long and random, a model's is a word
        return len(text) >= LEAST_KNOWN and any(map(str.isdigit, text)) and " " not in text
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_word(text: str) -> bool:
    """Tell whether a text may be a word that others use too, as `postgres` is."""
    return (
        text.isalpha() and len(text) < 2 * LEAST_KNOWN and text in (text.lower(), text.upper())
    )


def _is_path(text: str) -> bool:
    """Tell whether a text is a path, which leads to a secret and is none."""
    kinds = (str.islower, str.isupper, str.isdigit)
    is_random = all(any(map(kind, text)) for kind in kinds)
    return bool(_PATH.fullmatch(text)) and not (is_random and text.startswith("/"))


def _redact_constant(found: re.Match[str]) -> str:
    quote = found["quote"]
    if not is_secret(found["text"], found["name"]):
        return found[0]
    return f"{found['name']}{found[2]}{quote}{MARK}{quote}"


def _redact_word(word: str) -> str:
    assignment = _ASSIGNMENT.fullmatch(word)
    if assignment and names_secret(assignment[1]):
        return f"{assignment[1]}={MARK}"
    return redact_text(word)
