"""Tokens by their shape: the prefixes that issuers give them so that they can be found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

MARK = "***"
_SHORTEST = 12  # of all that a shape fits and that is worth hiding
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
    r"\bdiscord(?:app)?\.com/api/webhooks/[\w/-]+": (
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
    ),
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b": ("AKIA", "ASIA"),  # AWS
    r"\bAIza[\w-]{35}": ("AIza",),  # Google
    r"\bGOCSPX-[\w-]{20,}": ("GOCSPX-",),
    r"\bya29\.[\w-]{20,}": ("ya29.",),
    r"\b(?:AccountKey|SharedAccessKey)=[\w+/]{30,}={0,2}": ("AccountKey=", "SharedAccessKey="),
    r"\b[\w~.-]{3}8Q~[\w~.-]{31,}": ("8Q~",),  # Azure
    r"\bnpm_[A-Za-z0-9]{30,}": ("npm_",),
    r"\bpypi-[\w-]{50,}": ("pypi-",),
    r"\bdo[opr]_v1_[0-9a-f]{40,}": ("doo_v1_", "dop_v1_", "dor_v1_"),  # DigitalOcean
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}": (
        "rk_live_",
        "sk_live_",
        "rk_test_",
        "sk_test_",
    ),  # Stripe
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
_RARE_FIRST = "~=/:_-. "
_HINTS_BY_SIGN = {
    sign: tuple(hint for hint in _HINTS if sign == next(filter(hint.count, _RARE_FIRST), ""))
    for sign in ("", *_RARE_FIRST)
}
"""Hints by the rarest character in them: most texts have few of these characters."""
_PHRASES = ("authorization: basic ", "bearer ")
"""Words behind which a secret stands, in whatever case."""
_LONGEST_PHRASE = max(map(len, _PHRASES))
_NUMBER = re.compile(r"\b[0-9]{8,10}(?::A?)?\Z")
"""The beginning of a token that begins with a number."""
_LONGEST_WORD = 200
_LONGEST_KEY = 1 << 14
_KEY_BEGIN = "-----BEGIN "
_KEY_END = re.compile(r"-----END [A-Z0-9 ]*-----")
_MOST_BYTES = 1 << 24
_PRINTABLE = re.compile(rb"[ -~]{12,}")
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@][^/\s]*@")


def redact_text(text: str) -> str:
    """Return a text without passwords in addresses and without tokens known by their shape."""
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\1{MARK}@", text)
    return redact_tokens(text)


def redact_tokens(text: str) -> str:
    """Return a text without the tokens that are known by their shape."""
    if not _has_hint(text):
        return text
    for shape, hints in _TABLE.items():
        for hint in hints:
            if hint in text:
                text = _compiled(shape).sub(MARK, text)
                break
    return text


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
    return "://" in text or (len(text) >= _SHORTEST and _has_hint(text))


def _has_hint(text: str) -> bool:
    for sign, hints in _HINTS_BY_SIGN.items():
        if sign in text and any(map(text.__contains__, hints)):
            return True
    return False


def bytes_hold_token(data: bytes) -> bool:
    """Tell whether data hold a token of a known shape, as text of one, two or four bytes.

    The first 16 MiB are looked through: what is larger is numbers.
    """
    data = data[:_MOST_BYTES]
    return _in_text(data) or (b"\0" in data and _in_text(data.replace(b"\0", b"")))


def token_start(text: str) -> int:
    """Return where at the end of a text a token begins that may go on; its length if none.

    It is the last word, if there is a sign of a token in it, with what announces one; and a
    private key without its end.
    """
    start = _begun_token(text)
    return min(start, _cut_key(text, start)) if _KEY_BEGIN in text else start


def ends_in_token(text: str) -> bool:
    """Tell whether the last that stands in a text is a token, of which more may follow."""
    word = text[_word_start(text) :]
    return may_hold_token(word) and any(
        found.end() == len(word)
        for shape, hints in _TABLE.items()
        if any(hint in word for hint in hints)
        for found in _compiled(shape).finditer(word)
    )


def _in_text(data: bytes) -> bool:
    return has_token("\n".join(run.decode() for run in _PRINTABLE.findall(data)))


def _begun_token(text: str) -> int:
    if text[-1:] == "\n":
        return len(text)
    word = _word_start(text)
    is_short = len(text) - word <= _LONGEST_WORD
    if is_short and (announced := _announced(text, word)) is not None:
        return announced
    start = _phrase_start(text)
    return min(start, word) if is_short and _may_go_on(text[word:]) else start


def _may_go_on(word: str) -> bool:
    if not word:
        return False
    begun = _begun_hints().get(word[-1], ())
    return (
        word.endswith(begun)
        or "://" in word
        or _has_hint(word)
        or bool(word[-1] in "0123456789:A" and _NUMBER.search(word))
    )


def _announced(text: str, word: int) -> int | None:
    """Return where words begin behind which the last word stands, if it is a secret then."""
    before = text[max(0, word - _LONGEST_PHRASE) : word].lower()
    return next((word - len(p) for p in _PHRASES if before.endswith(p)), None)


def _phrase_start(text: str) -> int:
    """Return where such words begin that a text breaks off in."""
    tail = text[-_LONGEST_PHRASE:].lower()
    begun = _begun_phrases()
    if tail.endswith(begun):
        return len(text) - max(len(part) for part in begun if tail.endswith(part))
    return len(text)


@cache
def _begun_hints() -> Mapping[str, tuple[str, ...]]:
    """Return what a word ends with where a hint begins, by the last character of that."""
    begun: dict[str, set[str]] = {}
    for hint in (*_HINTS, "://"):
        for n in range(1, len(hint) if " " not in hint else 0):
            begun.setdefault(hint[n - 1], set()).add(hint[:n])
    return {last: tuple(parts) for last, parts in begun.items()}


@cache
def _begun_phrases() -> tuple[str, ...]:
    phrases = (*_PHRASES, _KEY_BEGIN.lower())
    return tuple(phrase[:n] for phrase in phrases for n in range(1, len(phrase) + 1))


def _cut_key(text: str, cut: int) -> int:
    """Return where a private key begins that has no end yet, or has it behind a cut."""
    at = text.rfind(_KEY_BEGIN, max(0, len(text) - _LONGEST_KEY))
    head, newline, _ = text[at:].partition("\n")
    if at < 0 or (newline and "PRIVATE KEY" not in head):
        return len(text)
    end = _KEY_END.search(text, at)
    return len(text) if end and end.end() <= cut else at


def _word_start(text: str) -> int:
    return max(text.rfind(" "), text.rfind("\n"), text.rfind("\r"), text.rfind("\t")) + 1


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    """Compile a shape when a text asks for it: most kernels never need most of them."""
    return re.compile(shape, re.ASCII)
