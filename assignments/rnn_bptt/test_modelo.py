"""Parts 3 and 4: a sequence forwards and back, whole or in blocks, over the student's own cell."""

from dataclasses import replace

import torch

from grader.checks.kit import Definition, Float, Int, Over, Worked, mistake, silent, term, whole

from . import probes
from .test_celda import BEFORE, GRADIENTS, LETTERS, backward, celdaRNN

LONG = 60


def rolled(cell, xs, first):
    """Return all states of a cell, the first one too."""
    states = [first]
    for x in xs:
        states.append(cell(x, states[-1])[1])
    return states


def spoken(cell, xs, begins):
    """Return all outputs of a cell."""
    states = rolled(cell, xs, begins)
    return torch.stack([cell(x, hp)[0] for x, hp in zip(xs, states, strict=False)])


class modeloRNN(Definition):
    probe = probes.modelo_adelante
    layers = {"cell": Over(celdaRNN, LETTERS, "")}
    inputs = {"xs": Float("T B I"), "h0": Float("B H", state=True)}
    outputs = {"ys": Float("T B O"), "hs": Float("T+1 B H")}
    called = {"hs": "states", "ys": "outputs"}
    largest = {"T": 5}
    fresh_sizes = {"T": 4, "B": 3, "H": 5, "O": 2}
    whole = whole(sizes={"T": LONG})

    @term(2)
    def begins(h0):
        return h0

    @term(3)
    def hs(cell, xs, begins):
        states = [begins]
        for x in xs:
            states.append(cell(x, states[-1])[1])
        return torch.stack(states)

    @term(3)
    def ys(cell, xs, hs):
        return torch.stack([cell(x, hp)[0] for x, hp in zip(xs, hs, strict=False)])

    mistakes = (
        mistake("bptt.zero_start", begins=lambda h0: 0 * h0, edit=("hs = [h0]", "hs = [0 * h0]")),
        mistake(
            "bptt.state_not_carried",
            hs=lambda cell, xs, begins: torch.stack([begins, *(cell(x, begins)[1] for x in xs)]),
            ys=lambda cell, xs, begins: torch.stack([cell(x, begins)[0] for x in xs]),
            loses=("hs",),
            edit=("self.cell(x, hs[-1])", "self.cell(x, h0)"),
        ),
        mistake(
            "bptt.states_without_first",
            hs=lambda cell, xs, begins: torch.stack(rolled(cell, xs, begins)[1:]),
            ys=spoken,
            loses=("hs",),
            edit=("torch.stack(hs)", "torch.stack(hs[1:])"),
        ),
        mistake(
            "bptt.states_without_last",
            hs=lambda cell, xs, begins: torch.stack(rolled(cell, xs, begins)[:-1]),
            ys=spoken,
            loses=("hs",),
            edit=("torch.stack(hs)", "torch.stack(hs[:-1])"),
        ),
        mistake(
            "bptt.sequence_reversed",
            hs=lambda cell, xs, begins: torch.stack(rolled(cell, xs.flip(0), begins)),
            ys=lambda cell, xs, begins: spoken(cell, xs.flip(0), begins),
            loses=("hs",),
            edit=("for x in xs", "for x in xs.flip(0)"),
        ),
        mistake(
            "bptt.last_output_for_all",
            ys=lambda cell, xs, hs: torch.stack([cell(xs[-1], hs[-2])[0] for x in xs]),
            edit=("torch.stack(ys)", "torch.stack([ys[-1] for _ in ys])"),
        ),
    )


def states(case):
    """Return the states that a right cell goes through from the first of those drawn."""
    U, V = case.weights["U"], case.weights["V"]
    return torch.stack(
        rolled(
            lambda x, h: (None, torch.tanh(x @ U.T + h @ V.T)),
            case.inputs["xs"],
            case.inputs["hs"][0],
        )
    )


def walk(back, steps, given, chain, before, held):
    """Return the three gradients after going back through these steps.

    `chain(t, r)` is what of r̄ comes to step t from the one after it, `before` the states.
    """
    ys_grad, xs = given
    r = torch.zeros_like(before[0])
    for t in steps:
        r, *held = back(ys_grad[t], chain(t, r), xs[t], before[t], *held)
    return held


def order(T):
    """Return the steps, from the last to the first."""
    return range(T - 1, -1, -1)


def chain():
    """Return what of r̄ comes to a step from the one after it: all."""
    return lambda t, r: r


def state(hs):
    """Return the state that each step got."""
    return hs[:-1]


def adds(U_antes, V_antes, W_antes):
    """Return what was there before."""
    return U_antes, V_antes, W_antes


INPUTS = {
    "ys_grad": Float("T B O"),
    "xs": Float("T B I"),
    "hs": Worked(Float("T+1 B H", state=True), states),
    **BEFORE,
}
PIECES = {"back": Over(backward, LETTERS, ""), "cell": Over(celdaRNN, LETTERS, "")}
ALL_STEPS = "range(len(xs) - 1, -1, -1)"
CALL = "self.cell.backward(ys_grad[t], r_grad, xs[t], hs[t])"


class Back(Definition, part="modeloRNN", name="modeloRNN", prefix="gradients_"):
    probe = probes.modelo_atras
    layers = {"back": Over(backward, LETTERS, "")}
    inputs = INPUTS
    outputs = GRADIENTS
    largest = {"T": 5}
    fresh_sizes = {"T": 4, "B": 3, "H": 5, "O": 2}
    weights = {"returned": 0}
    whole = whole(sizes={"T": LONG})

    # Where V is 0 nothing passes from step to step.
    order, chain = term(4, silent("V"))(order), term(3)(chain)
    state, adds = term(3, silent("V"))(state), term(2, silent("ys_grad"))(adds)

    @term(0)
    def all_three(back, order, ys_grad, xs, chain, state, adds):
        return walk(back, order, (ys_grad, xs), chain, state, adds)

    @term(0)
    def U_grad(all_three):
        return all_three[0]

    @term(0)
    def V_grad(all_three):
        return all_three[1]

    @term(0)
    def W_grad(all_three):
        return all_three[2]

    mistakes = (
        mistake(
            "bptt.forward_in_time",
            order=lambda xs: range(len(xs)),
            edit=(ALL_STEPS, "range(len(xs))"),
        ),
        mistake(
            "bptt.first_step_skipped",
            order=lambda T: range(T - 1, 0, -1),
            edit=(ALL_STEPS, "range(len(xs) - 1, 0, -1)"),
        ),
        mistake(
            "bptt.last_step_skipped",
            order=lambda T: range(T - 2, -1, -1),
            edit=(ALL_STEPS, "range(len(xs) - 2, -1, -1)"),
        ),
        mistake(
            "bptt.chain_cut",
            chain=lambda: lambda t, r: 0 * r,
            edit=(CALL, CALL.replace("r_grad", "0 * r_grad")),
        ),
        mistake("bptt.state_after", state=("hs[:-1]", "hs[1:]"), edit=("hs[t]", "hs[t + 1]")),
        mistake(
            "bptt.first_state_always",
            state=lambda hs: hs[:1].expand_as(hs),
            edit=("xs[t], hs[t]", "xs[t], hs[0]"),
        ),
        mistake(
            "bptt.overwrites",
            adds=lambda U_antes, V_antes, W_antes: (0 * U_antes, 0 * V_antes, 0 * W_antes),
            edit=(
                "r_grad = torch.zeros_like(hs[0])",
                "r_grad = torch.zeros_like(hs[0]); self.cell.zero_grad()",
            ),
        ),
    )


def uneven(case):
    """Return a k of which T is no multiple, or one of the two ends."""
    T, k = case.sizes["T"], int(case.inputs["k"])
    some = [1, T + 1, *(one for one in range(2, T) if T % one)]
    return torch.tensor(k if k in some else some[-1 - k % len(some)])


def every(k, length):
    """Return what cuts the chain after each so many steps, counted from the first."""
    return lambda t, r: 0 * r if (t + length) % k == 0 else r


def uncut(_t, r):
    """Cut nothing."""
    return r


def ends(alone, whole_):
    """Return what cuts where k is 1, and where it is T or more; else the blocks do."""
    return lambda blocks, k, T: alone(k) if k == 1 else whole_(k) if k >= T else blocks


class truncado(Definition, part="truncado", name="modeloRNN"):
    probe = probes.modelo_atras
    layers = {"back": Over(backward, LETTERS, "")}
    inputs = {**INPUTS, "k": Worked(Int("", below=6, least=1), uneven)}
    outputs = GRADIENTS
    largest = {"T": 6}
    fresh_sizes = {"T": 7, "B": 3, "H": 5, "O": 2}
    weights = {"returned": 0}
    # The way back without k has a whole of its own; what is wrong there is not asked for again.
    whole = whole(weight=0)

    @term(5)
    def blocks(k):
        return every(k, 1)

    @term(3)
    def limits(blocks, k, T):
        return every(1, 0) if k == 1 else uncut if k >= T else blocks

    order, chain, state, adds = (term(0)(one) for one in (order, chain, state, adds))

    @term(0)
    def all_three(back, order, ys_grad, xs, chain, limits, state, adds):
        return walk(back, order, (ys_grad, xs), lambda t, r: limits(t, chain(t, r)), state, adds)

    @term(0)
    def U_grad(all_three):
        return all_three[0]

    @term(0)
    def V_grad(all_three):
        return all_three[1]

    @term(0)
    def W_grad(all_three):
        return all_three[2]

    mistakes = (
        *(replace(one, edit=(), loses=()) for one in Back.mistakes),
        mistake(
            "bptt.k_ignored",
            blocks=lambda: uncut,
            limits=ends(lambda k: uncut, lambda k: uncut),
            edit=("k is not None and (t + 1) % k == 0", "False"),
        ),
        mistake(
            "bptt.blocks_from_the_end",
            blocks=lambda k, T: lambda t, r: 0 * r if (T - 1 - t) % k == 0 else r,
            edit=("(t + 1) % k == 0", "(len(xs) - 1 - t) % k == 0"),
        ),
        mistake(
            "bptt.block_of_one_less",
            blocks=lambda k: every(k, 0),
            limits=ends(lambda k: every(k, 0), lambda k: every(k, 0)),
            edit=("(t + 1) % k == 0", "t % k == 0"),
        ),
        mistake(
            "bptt.block_of_one_more",
            blocks=lambda k: every(k + 1, 1),
            limits=ends(lambda k: every(k + 1, 1), lambda k: every(k + 1, 1)),
            edit=("(t + 1) % k == 0", "(t + 1) % (k + 1) == 0"),
        ),
        mistake(
            "bptt.last_block_alone",
            order=lambda T, k: range(T - 1, max(T - 1 - k, -1), -1),
            blocks=lambda: uncut,
            limits=ends(lambda k: uncut, lambda k: uncut),
            edit=(
                (ALL_STEPS, "range(len(xs) - 1, max(len(xs) - 1 - (k or len(xs)), -1), -1)"),
                ("k is not None and (t + 1) % k == 0", "False"),
            ),
            loses=("blocks", "limits"),
        ),
    )
