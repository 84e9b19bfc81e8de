"""What gates, model and host must agree on, written down once.

Number formats, the noise table, seed expansion, the program encoding, the register map and the
frame format. Only the standard library is imported here, so that every side can depend on it:
the gates build from these values, the model computes with them, the host encodes with them, and
`python -m glauber.hdl.facts` prints them as the reference page of the documentation.
"""
