"""Tokens in the shapes that issuers give them, made up here so that no scanner takes them."""

from __future__ import annotations

_MIXED = "a1B2" * 12

TOKENS = {
    "GitHub": "ghp" + "_" + _MIXED[:36],
    "GitHub, fine": "github" + "_pat_" + _MIXED[:30],
    "GitLab": "glpat" + "-" + _MIXED[:20],
    "Hugging Face": "hf" + "_" + _MIXED[:34],
    "OpenAI": "sk" + "-" + _MIXED,
    "OpenAI, project": "sk" + "-proj-" + _MIXED,
    "Anthropic": "sk" + "-ant-api03-" + _MIXED,
    "Slack": "xoxb" + "-1234567890-" + _MIXED[:20],
    "Slack webhook": "https://hooks." + "slack.com/services/T0AAAA/B0BBBB/" + _MIXED[:24],
    "AWS": "AKIA" + "A1B2" * 4,
    "Google": "AIza" + _MIXED[:35],
    "Azure": "AccountKey" + "=" + _MIXED[:44] + "==",
    "npm": "npm" + "_" + _MIXED[:36],
    "PyPI": "pypi" + "-" + _MIXED + _MIXED[:12],
    "DigitalOcean": "dop" + "_v1_" + "a1b2" * 16,
    "Stripe": "sk" + "_live_" + _MIXED[:24],
    "SendGrid": "SG" + "." + _MIXED[:22] + "." + _MIXED[:43],
    "Twilio": "SK" + "a1b2" * 8,
    "Databricks": "dapi" + "a1b2" * 8,
    "Telegram": "123456789" + ":AA" + _MIXED[:33],
    "JSON web token": "eyJ" + _MIXED[:20] + ".eyJ" + _MIXED[:20] + "." + _MIXED[:20],
    "private key": (
        "-----BEGIN RSA PRIVATE" + " KEY-----\n" + _MIXED + "\n-----END RSA PRIVATE KEY-----"
    ),
}

CONNECTION = "postgres://me:" + "s3cr3tpass@db.example.org/x"
