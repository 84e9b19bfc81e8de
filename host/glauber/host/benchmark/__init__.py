"""The benchmark against other samplers: the same instances, in turns, on this computer.

`run.benchmark` carries it out; `peers` are the samplers, `instances` the problems, and `speed`,
`equal_time` and `target` the figures that are measured.
"""
