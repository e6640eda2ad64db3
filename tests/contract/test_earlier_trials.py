"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_earlier_trials import (  # noqa: F401 - they run here on a server
    large,
    test_a_lost_trial_is_closed_once,
    test_a_runner_that_ends_after_all_takes_lost_back,
    test_alike_are_those_that_should_have_the_same_results,
    test_the_end_tells_the_digest_of_the_results_and_all_files,
    test_the_latest_trial_is_the_last_that_was_claimed_and_has_ended,
    test_where_there_is_no_database_there_are_no_trials,
)
