"""The graph fabric: p-bits on any graph, loaded at run time."""
