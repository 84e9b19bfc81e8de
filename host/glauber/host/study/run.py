"""`study`: hands the cells of a study to Dask and collects their rows."""

import contextlib
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas
from distributed import Client, as_completed, get_worker

from ..errors import EnvironmentMissingError, GlauberError, OptionError
from ..progress import Progress, no_progress
from .cells import Cell, Instances, make_cells, read_instances, run_cell, spread
from .cluster import RESOURCE, is_simulation, local_cluster, worker_urls
from .table import Table

__all__ = ["study"]

Row = dict[str, Any]

# Numbers of the studies of this process that are over: what still runs for them shall end, since
# Dask only forgets it.
_OVER: set[str] = set()


def study(
    instances: Instances,
    seeds: Iterable[int],
    settings: Mapping[str, Sequence[Any]] | Iterable[Mapping[str, Any]],
    *,
    device: str | Sequence[str] | None = "model:",
    client: Client | None = None,
    workers: int | None = None,
    as_kind: Any = None,
    table: str | Path | None = None,
    progress: Progress = no_progress,
    on_row: Callable[[Row], None] | None = None,
) -> pandas.DataFrame:
    """Calls the sampler for every instance, setting and seed, and returns a table of the results.

    instances : problems (`dimod.BinaryQuadraticModel` or `Problem`) by name, or paths of files
    seeds : of each instance and setting
    settings : keywords of `GlauberSampler.sample` with the values that each takes, of which all
        combinations are run; or a sequence of combinations
    device : device URLs. Each board has one worker and so one user at a time; a single simulation
        has as many as there are processors. None with a `client` whose workers have a device each:
        they are named by its URL, and have the resource `glauber=1`
    client : a Dask client; by default, threads of this process
    workers : how many cells a single simulated device runs at a time
    as_kind : what files mean, as for `read_problem`
    table : CSV or Parquet file that the rows are written to. Cells that it holds without an error
        are not run again; rows of other cells stay in it
    progress : told (cells done, cells in all)
    on_row : told every new row

    Returns one row for every cell, in order: the instance, its size, the seed, the settings, then
    `best_energy`, `mean_energy`, `samples_at_best`, `best_cut` of a max-cut, the device and what
    it took; `error` holds the text of what went wrong with this cell, and `cell` identifies it.

    Raises `OptionError`, what `read_problem` raises, and `FileFormatError` or
    `EnvironmentMissingError` for the table. What goes wrong in a cell ends only that cell.
    """
    grid: Any = settings
    chosen = spread(grid) if isinstance(settings, Mapping) else settings
    cells = make_cells(read_instances(instances, as_kind), seeds, chosen)
    rows = Table(None if table is None else Path(table))
    waiting = [cell for cell in cells if not rows.done(cell.identity)]
    progress(len(cells) - len(waiting), len(cells))
    try:
        if waiting:
            with (
                _dask(client, device, workers) as (found, urls, resources),
                contextlib.closing(_rows(found, urls, resources, waiting)) as new_rows,
            ):
                for number, row in enumerate(new_rows, 1):
                    rows.add(row)
                    if on_row is not None:
                        on_row(row)
                    progress(len(cells) - len(waiting) + number, len(cells))
    finally:
        rows.save()
    return rows.frame([cell.identity for cell in cells])


@contextlib.contextmanager
def _dask(
    client: Client | None, device: str | Sequence[str] | None, workers: int | None
) -> Iterator[tuple[Client, dict[Any, str] | str | None, dict[str, int] | None]]:
    """A client, the devices of its workers, and the resources that a cell takes of one."""
    devices = [device] if isinstance(device, str) else device
    if client is None:
        if not devices:
            raise OptionError("the study has no device; give a device URL, or a Dask client")
        urls = worker_urls(devices, workers)
        with local_cluster(urls) as cluster, Client(cluster) as own:
            yield own, urls, {RESOURCE: 1}
    elif devices is None:
        yield client, None, {RESOURCE: 1}
    elif len(devices) == 1 and is_simulation(devices[0]):
        yield client, devices[0], None
    else:
        raise OptionError(
            f"device is {', '.join(devices)}, but any worker of the Dask client would open it; "
            "give one simulation, or name each worker by its device and give device=None"
        )


def _rows(
    client: Client, urls: Any, resources: dict[str, int] | None, cells: list[Cell]
) -> Generator[Row, None, None]:
    """Rows as they come; if it is closed before its end, what runs is stopped."""
    if resources and not _offered(client):
        raise EnvironmentMissingError(
            f"no worker of {client.scheduler.address if client.scheduler else 'Dask'} has the "
            f"resource {RESOURCE}; start workers with `--resources {RESOURCE}=1 --nthreads 1 "
            "--name URL`"
        )
    models = {cell.instance: cell.problem.bqm for cell in cells}
    scattered = {name: client.scatter(model, hash=False) for name, model in models.items()}
    number = uuid.uuid4().hex
    futures = {
        client.submit(
            _work,
            scattered[cell.instance],
            cell.setting,
            cell.seed,
            urls,
            number,
            pure=False,
            resources=resources,
        ): cell
        for cell in cells
    }
    try:
        for future in as_completed(futures):
            error = future.exception()
            found = {"error": _text(error)} if error is not None else future.result()
            yield futures[future].row(found)
    finally:
        _OVER.add(number)
        client.cancel(list(futures))


def _offered(client: Client) -> bool:
    found = client.scheduler_info(n_workers=-1)["workers"].values()
    return any(worker["resources"].get(RESOURCE) for worker in found)


def _work(bqm: Any, setting: dict[str, Any], seed: int, urls: Any, number: str) -> Row:
    """On a worker: the cell's part of a row. `urls` is one for all, or by worker."""
    name = get_worker().name
    device = urls if isinstance(urls, str) else str(name) if urls is None else urls[name]
    try:
        found = run_cell(bqm, setting, seed, device, lambda: number in _OVER)
        return found | {"error": ""}
    except GlauberError as error:
        return {"device": device, "error": str(error)}


def _text(error: BaseException) -> str:
    """What a row says of an error that is not ours: of Dask, or a defect."""
    return f"{type(error).__name__}: {error}"
