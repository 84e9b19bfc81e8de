"""thrml, block Gibbs sampling in JAX."""

from importlib import import_module
from typing import Any

import networkx
import numpy as np
from numpy.typing import NDArray

from ..instances import Instance
from .peer import Peer, Runner, Setting

__all__ = ["Thrml"]

COLOURS_MOST = 64  # its program has a part for each colour, and compiles for minutes beyond


class Thrml(Peer):
    """`sample_blocks` with a block for each colour, all reads side by side.

    It has no annealer: here the temperature changes between sweeps inside one compiled loop, and
    compiling is not timed. On one thread unless JAX takes more.
    """

    name = package = module = "thrml"
    install = "pip install 'glauber[peers]'"
    rule = "heat bath"
    order = "colour by colour"
    reads = 16
    side_by_side = True
    reads_tried = (16,)

    def refuses(self, instance: Instance) -> str | None:
        colours = 1 + max(_colour(instance).values())
        if colours <= COLOURS_MOST:
            return None
        return f"{colours} colours, of which each is compiled apart; at most {COLOURS_MOST}"

    def open(self, instance: Instance, threads: int) -> Runner:
        del threads  # the processors that the process may use decide
        return _Runner(instance)


def _colour(instance: Instance) -> dict[int, int]:
    graph = networkx.Graph()
    graph.add_nodes_from(range(instance.size))
    graph.add_edges_from(instance.bqm.quadratic)
    if networkx.is_bipartite(graph):
        return networkx.bipartite.color(graph)
    return networkx.greedy_color(graph, "saturation_largest_first")


class _Runner(Runner):
    def __init__(self, instance: Instance) -> None:
        self._jax: Any = import_module("jax")
        jnp = self._jax.numpy
        spin_node = import_module("thrml.pgm").SpinNode
        block = import_module("thrml.block_management").Block
        colours = _colour(instance)
        nodes = [spin_node() for _ in range(instance.size)]
        members: list[list[int]] = [[] for _ in range(1 + max(colours.values()))]
        for variable in range(instance.size):
            members[colours[variable]].append(variable)
        self._order = np.concatenate([np.array(part) for part in members])
        self._blocks = [block([nodes[variable] for variable in part]) for part in members]
        vectors = instance.bqm.to_numpy_vectors(range(instance.size))
        quadratic = vectors.quadratic
        self._edges = [
            (nodes[i], nodes[j])
            for i, j in zip(quadratic.row_indices, quadratic.col_indices, strict=True)
        ]
        self._nodes = nodes
        self._weights = -jnp.asarray(quadratic.biases)
        self._biases = -jnp.asarray(vectors.linear_biases)
        self._run = self._jax.jit(self._anneal, static_argnums=0)

    def _anneal(self, reads: int, sweeps: Any, low: Any, high: Any, key: Any) -> Any:
        """States of the blocks, each of shape (reads, spins of the block)."""
        jax, jnp = self._jax, self._jax.numpy
        ising = import_module("thrml.models.ising")
        sample_blocks = import_module("thrml.block_sampling").sample_blocks
        sampler_states = [None] * len(self._blocks)

        def sweep(number: Any, states: Any) -> Any:
            beta = low * (high / low) ** (number / jnp.maximum(sweeps - 1, 1))
            model = ising.IsingEBM(self._nodes, self._edges, self._biases, self._weights, beta)
            program = ising.IsingSamplingProgram(model, self._blocks, [])
            keys = jax.random.split(jax.random.fold_in(key, number), reads)

            def one(read_key: Any, state: Any) -> Any:
                return sample_blocks(read_key, list(state), [], program, list(sampler_states))[0]

            return jax.vmap(one)(keys, states)

        key, *first = jax.random.split(key, 1 + len(self._blocks))
        start = [
            jax.random.bernoulli(one, 0.5, (reads, len(part)))
            for one, part in zip(first, self._blocks, strict=True)
        ]
        return jax.lax.fori_loop(0, sweeps, sweep, start)

    def run(self, setting: Setting, seed: int) -> Any:
        low, high = setting.beta_range
        key = self._jax.random.key(seed % (1 << 32))
        states = self._run(setting.reads, setting.effort, float(low), float(high), key)
        return self._jax.block_until_ready(states)

    def samples(self, result: Any) -> NDArray[np.int8]:
        spins = np.concatenate([np.asarray(part) for part in result], axis=1)
        found = np.empty(spins.shape, np.int8)
        found[:, self._order] = 2 * spins.astype(np.int8) - 1
        return found
