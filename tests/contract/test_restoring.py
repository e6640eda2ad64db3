"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_restoring import (  # noqa: F401 - they run here on a server
    other,
    test_a_lost_database_is_rebuilt_as_it_was,
    test_a_row_without_an_end_gets_the_one_of_its_record,
    test_a_value_in_another_edition_is_believed_to_be_the_locked_one,
    test_a_value_that_was_retired_before_another_took_its_name_contradicts_nothing,
    test_of_two_trials_of_one_number_the_one_with_a_row_is_kept_and_both_are_named,
    test_what_people_did_is_done_again_in_a_lost_database,
)
