"""Files that several tests of the host read."""

import pytest

from glauber.host.files import read_problem


@pytest.fixture
def read(tmp_path):
    """Writes a file and reads it."""

    def write_and_read(content, name="model", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_problem(path, **options)

    return write_and_read


@pytest.fixture
def torus(tmp_path):
    """The path of a square lattice of 4 x 4 with periodic borders."""
    path = tmp_path / "torus.txt"
    edges = [(r * 4 + c, r * 4 + (c + 1) % 4) for r in range(4) for c in range(4)]
    edges += [(r * 4 + c, (r + 1) % 4 * 4 + c) for r in range(4) for c in range(4)]
    path.write_text("16 32\n" + "".join(f"{i + 1} {j + 1} 1\n" for i, j in edges))
    return str(path)
