"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_conflicts import (  # noqa: F401 - they run here on a server
    test_a_refused_claim_locks_none_of_its_other_variants,
    test_a_refused_claim_takes_no_iteration,
    test_all_conflicts_are_named_together_and_what_agrees_is_not,
    test_the_conflict_holds_what_is_locked_and_what_was_given,
    test_trailing_space_and_case_in_a_text_make_a_conflict,
)
