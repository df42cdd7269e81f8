"""Which ids are one person: following aliases to the canonical id they end at."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SHAPE = pa.schema([("alias_id", pa.string()), ("person_id", pa.string())])


def resolve(aliases: pa.Table) -> pa.Table:
    """One row for each alias that leads elsewhere: `alias_id`, `person_id`.

    The newest statement about an alias wins; chains (a is b, b is c) are followed to their end. Where statements run
    in a circle, the least id of the circle is the person.
    """
    newest = aliases.sort_by([("made_at", "ascending")])
    told = dict(zip(newest["alias_id"].to_pylist(), newest["customer_id"].to_pylist(), strict=True))
    told = {alias: person for alias, person in told.items() if alias != person}
    if not told:
        return SHAPE.empty_table()
    ids = sorted({*told, *told.values()})
    place = {each: index for index, each in enumerate(ids)}
    leads_to = np.arange(len(ids))
    for alias, person in told.items():
        leads_to[place[alias]] = place[person]
    end = _ends(leads_to)
    resolved = pa.table(
        {"alias_id": pa.array(ids, pa.string()), "person_id": pa.array(ids, pa.string()).take(pa.array(end))}
    )
    return resolved.filter(pc.not_equal(resolved["alias_id"], resolved["person_id"]))


def _ends(leads_to: np.ndarray) -> np.ndarray:
    """Where each id ends when every arrow is followed: a fixed point, or the least member of a circle."""
    while True:
        end = leads_to
        for _ in range(len(leads_to).bit_length() + 1):
            end = end[end]  # doubles the steps taken, so the longest chain is done in log2 rounds
        circling = end[leads_to[end] != end]
        if not circling.size:
            return end
        circle = [int(circling[0])]
        while (step := int(leads_to[circle[-1]])) != circle[0]:
            circle.append(step)
        leads_to[min(circle)] = min(circle)
