"""Calls in which the machine measures by itself: averages, best states, times to a target.

moments  averages of spins and of products of them, counted on the machine
target   anneals that keep their best states, and end at a target
loaded   a problem that stays on the device, with values that change
check    scores against states
sampler  all of it as methods of a sampler
"""
