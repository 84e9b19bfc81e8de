"""The circuits of Glauber, and in `glauber.hdl.facts` what gates, model and host agree on.

This package knows no board. Importing it alone does not import Amaranth, so that the facts can be
used where the gates are not installed.
"""
