"""Branches that are all taken, in any order, written out: one state for each way of having got part of the way.

An automaton is in one step at a time. After a fork whose branches are all taken a journey is in several, so the block
between fork and join is replaced by its states: how far each branch has come, and which step was lived last. States are
only as many as journeys can tell apart; a block of more than `MOST_STATES`, or one that other ways lead into, is left
as it was and read as alternatives, and said so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from vivencia.plan.journeys.branches import parted

MOST_STATES = 400
Followers = list[list[int]]
State = tuple[int | None, ...]  # for each branch the node it has come to, None before its first


@dataclass(frozen=True)
class Unfolded:
    """`step[i]`: the number of the step node i lives; `after`: followers of each node, of the beginning
    (`len(step)`) and of the end (after it); `unread`: forks (steps' numbers) that could not be written out."""

    step: tuple[int, ...]
    after: Followers
    unread: tuple[int, ...]


def unfolded(after: Followers, loops: set[tuple[int, int]], together: Sequence[int], free: set[int]) -> Unfolded:
    """The graph with every block of `together` (forks whose branches are all taken) written out, inner ones first.

    `after`: followers of steps 0 to n - 1, of the beginning (n) and of the end (n + 1). `loops`: pairs that are ways
    back. `free`: steps that begin a branch which may be left out whole.
    """
    n = len(after) - 2
    net = _Net({place: place for place in range(n + 2)}, {place: list(after[place]) for place in range(n + 2)}, loops)
    blocks = [_block(net, fork, n, free) for fork in together]
    inner_first = sorted((one for one in blocks if one), key=lambda one: (len(one.inside), -one.fork))
    unread = [block.fork for block in inner_first if not net.write_out(block)]
    kept = [node for node in net.after if net.step[node] < n]
    place = {node: at for at, node in enumerate([*kept, n, n + 1])}
    followers = [[place[one] for one in net.after[node] if one in place] for node in place]
    return Unfolded(tuple(net.step[node] for node in kept), followers, tuple(sorted(unread)))


@dataclass(frozen=True)
class _Block:
    """`branches`: each with its first step and the steps on it; `free[i]`: whether branch i may be left out."""

    fork: int
    branches: tuple[tuple[int, frozenset[int]], ...]
    free: tuple[bool, ...]

    @cached_property
    def inside(self) -> frozenset[int]:
        return frozenset[int]().union(*(on for _begin, on in self.branches))


def _block(net: "_Net", fork: int, n: int, free: set[int]) -> _Block | None:
    forward = {a: [b for b in followers if (a, b) not in net.loops] for a, followers in net.after.items()}
    begins = [one for one in forward[fork] if one < n]
    parts, _meet = parted(forward, begins)
    return _Block(fork, tuple(parts), tuple(begin in free for begin, _on in parts)) if parts else None


@dataclass
class _Net:
    """The graph while blocks are written out. Nodes keep their names; new ones get new numbers."""

    step: dict[int, int]
    after: dict[int, list[int]]
    loops: set[tuple[int, int]]

    def write_out(self, block: _Block) -> bool:
        """Replace the block by its states; False where it stays as it is."""
        on = [frozenset(node for node, step in self.step.items() if step in steps) for _begin, steps in block.branches]
        inside = frozenset[int]().union(*on)
        if not self._closed(block, inside, on):
            return False
        states = self._states(block, on)
        if states is None:
            return False
        self._put(block, on, inside, states)
        return True

    def _closed(self, block: _Block, inside: frozenset[int], on: list[frozenset[int]]) -> bool:
        """Whether the branches are entered from the fork alone, ways back left aside."""
        if block.fork not in self.after:  # it went with a block that crosses this one
            return False
        whose = {node: at for at, nodes in enumerate(on) for node in nodes}
        for source, followers in self.after.items():
            for target in followers:
                entered = target in inside and source != block.fork and not self._back(source, target)
                if entered and whose.get(source) != whose[target]:
                    return False
        return True

    def _back(self, source: int, target: int) -> bool:
        return (self.step[source], self.step[target]) in self.loops

    def _onward(self, node: int) -> Iterator[int]:
        return (one for one in self.after[node] if not self._back(node, one))

    def _states(self, block: _Block, on: list[frozenset[int]]) -> dict[tuple[State, int], int] | None:
        """Every (how far each branch has come, which moved last) there can be, numbered; None where too many."""
        found: dict[tuple[State, int], int] = {}
        start: State = (None,) * len(on)
        waiting = [start]
        number = max(self.after) + 1
        while waiting:
            state = waiting.pop()
            for mover, to in self._moves(block, on, state):
                moved = (*state[:mover], to, *state[mover + 1 :])
                if (moved, mover) in found:
                    continue
                if len(found) == MOST_STATES:
                    return None
                found[moved, mover] = number
                number += 1
                waiting.append(moved)
        return found

    def _moves(self, block: _Block, on: list[frozenset[int]], state: State) -> Iterator[tuple[int, int]]:
        for branch, at in enumerate(state):
            if at is None:
                yield from ((branch, one) for one in self.after[block.fork] if one in on[branch])
            else:
                yield from ((branch, one) for one in self.after[at] if one in on[branch])

    def _put(
        self, block: _Block, on: list[frozenset[int]], inside: frozenset[int], states: Mapping[tuple[State, int], int]
    ) -> None:
        new = {node: self._followers(block, on, inside, states, state, mover)
               for (state, mover), node in states.items()}  # fmt: skip
        start: State = (None,) * len(on)
        begun = [states[(*start[:at], to, *start[at + 1 :]), at] for at, to in self._moves(block, on, start)]
        back = [one for one in self.after[block.fork] if self._back(block.fork, one)]
        entered = self._entered(on, states)
        for (state, mover), node in states.items():
            lived = state[mover]
            assert lived is not None
            self.step[node] = self.step[lived]
        for node in inside:
            del self.after[node], self.step[node]
        self.after[block.fork] = [*begun, *back]
        self.after.update(new)
        for source, followers in self.after.items():
            self.after[source] = list(dict.fromkeys(entered.get(one, one) for one in followers))

    def _followers(
        self, block: _Block, on: list[frozenset[int]], inside: frozenset[int],
        states: Mapping[tuple[State, int], int], state: State, mover: int,
    ) -> list[int]:  # fmt: skip
        moves = self._moves(block, on, state)
        within = [states[(*state[:branch], to, *state[branch + 1 :]), branch] for branch, to in moves]
        lived = state[mover]
        assert lived is not None
        back = [one for one in self.after[lived] if one not in inside and self._back(lived, one)]
        return [*within, *back, *self._out(block, inside, state)]

    def _out(self, block: _Block, inside: frozenset[int], state: State) -> list[int]:
        """Where it goes on once every branch has come to an end; nowhere before."""
        leads: list[int] = []
        for branch, at in enumerate(state):
            outside = [one for one in self._onward(at) if one not in inside] if at is not None else []
            if not outside and not (at is None and block.free[branch]):
                return []
            leads += outside
        return list(dict.fromkeys(leads))

    def _entered(self, on: list[frozenset[int]], states: Mapping[tuple[State, int], int]) -> dict[int, int]:
        """A way back from behind into a branch leads to where the other branches are furthest."""
        best: dict[int, tuple[int, int]] = {}
        for (state, mover), node in states.items():
            lived = state[mover]
            assert lived is not None
            far = sum(1 for one in state if one is not None)
            best[lived] = max(best.get(lived, (0, 0)), (far, node))
        return {lived: node for lived, (_far, node) in best.items()}
