"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_acting import (  # noqa: F401 - they run here on a server
    test_a_new_name_holds_the_value_from_then_on,
    test_a_renamed_lock_keeps_all_but_its_name,
    test_a_retired_name_is_locked_anew_and_counts_its_own_trials,
    test_acts_are_told_in_their_order,
    test_another_definition_than_was_meant_is_left_alone,
    test_locks_are_listed_by_experiment_parameter_name_and_time,
    test_names_of_other_parameters_and_experiments_and_retired_ones_can_be_taken,
    used,
)
