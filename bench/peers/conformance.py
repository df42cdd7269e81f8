"""Runs in bench/.venv: alignments of cases with a linear target, by pm4py. Reads and writes JSON."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta


def main() -> None:
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    told = json.load(sys.stdin)
    net = PetriNet("line")
    places = [PetriNet.Place(f"p{n}") for n in range(len(told["order"]) + 1)]
    for place in places:
        net.places.add(place)
    for n, name in enumerate(told["order"]):
        step = PetriNet.Transition(f"t{n}", name)
        net.transitions.add(step)
        add_arc_from_to(places[n], step, net)
        add_arc_from_to(step, places[n + 1], net)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    log = EventLog()
    for number, path in enumerate(told["paths"]):
        trace = Trace(attributes={"concept:name": str(number)})
        for n, name in enumerate(path):
            trace.append(Event({"concept:name": name, "time:timestamp": start + timedelta(seconds=n)}))
        log.append(trace)
    begun = time.perf_counter()
    found = algorithm.apply(log, net, Marking({places[0]: 1}), Marking({places[-1]: 1}))
    took = time.perf_counter() - begun
    print(json.dumps({"seconds": took, "costs": [one["cost"] // 10_000 for one in found]}))


main()
