"""What the tables of `schema` have on a PostgreSQL server: the indexes that it is asked by.

Apart from them, because naming an index of PostgreSQL loads all that SQLAlchemy knows of it.
"""

from __future__ import annotations

from sqlalchemy import Index, func, text

from mitosis._store.schema import purged, trial, trial_value, variant

# A sorted index of PostgreSQL takes no long text, and texts of users are as long as they like:
# there they are looked up by hashes, and the numbers of trials are told apart by them.
for _index in (
    Index(
        "variant_in_force",
        variant.c.experiment,
        variant.c.parameter,
        variant.c.name,
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
    ),
    Index(
        "trial_number",
        trial.c.experiment,
        trial.c.run_group,
        func.md5(trial.c.variants),
        trial.c.iteration,
        unique=True,
    ),
    Index("trial_by_name_hash", trial.c.name, postgresql_using="hash"),
    Index("trial_by_variants_hash", trial.c.variants, postgresql_using="hash"),
    Index("trial_by_digests_hash", trial.c.digests, postgresql_using="hash"),
    Index("trial_value_by_text_hash", trial_value.c.text, postgresql_using="hash"),
    Index("trial_value_by_variant_hash", trial_value.c.variant, postgresql_using="hash"),
    Index("purged_of_experiment", purged.c.experiment, purged.c.run_group),
):
    _index.ddl_if(dialect="postgresql")
