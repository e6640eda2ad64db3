"""What people say of recorded trials, and which they keep: note, tag, archive, purge."""
