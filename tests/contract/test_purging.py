"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_purging import (  # noqa: F401 - they run here on a server
    test_a_number_that_was_purged_is_taken_by_no_folder,
    test_the_file_of_acts_tells_it_with_the_locks_that_no_other_folder_tells,
    test_the_locks_of_purged_trials_hold,
    used,
)
