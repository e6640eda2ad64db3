"""Tests of the file that hold for a server, too."""

from tests.unit.store.test_claiming import (  # noqa: F401 - they run here on a server
    test_all_hostile_names_are_variants_of_their_own,
    test_names_and_texts_of_any_kind_come_back_as_they_were,
)
