"""Many trials of one experiment, from a stored plan.

A sweep writes one file of its own, the plan. Where it stands is told by its trials' rows.
"""
