"""Problems: what the machine is asked, from objects in memory.

`as_problem` recognises what it is given; the others take the options of one kind of source.
`glauber.host.read_problem` reads files.
"""

from .constrained import Constrained, from_constrained
from .graph import from_graph
from .matrix import from_matrix
from .problem import Kind, Problem
from .recognise import as_problem, from_bqm, from_qubo

__all__ = [
    "Constrained",
    "Kind",
    "Problem",
    "as_problem",
    "from_bqm",
    "from_constrained",
    "from_graph",
    "from_matrix",
    "from_qubo",
]
