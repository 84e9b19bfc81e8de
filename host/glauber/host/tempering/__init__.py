"""Parallel tempering: replicas at many temperatures, which the machine exchanges by itself.

ladder   which temperature stands where, in betas and in the codes of a machine
loaded   a problem that stays on the device with its ladders, and goes on from call to call
tune     where the rungs should be
report   what a run found, as a sample set
sampler  all of it as methods of a sampler
"""
