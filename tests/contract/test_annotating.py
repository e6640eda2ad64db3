"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_annotating import (  # noqa: F401 - they run here on a server
    test_a_note_takes_the_place_of_the_last_and_tags_come_and_go,
    test_what_is_said_of_an_unknown_trial_is_an_error_that_names_its_key,
)
