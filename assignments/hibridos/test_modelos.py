"""Parts 5 and 6: a recurrent network over what filters found, in a series and in frames of a video."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import pad

from grader.checks import answers, calls
from grader.checks.agreement import require
from grader.checks.case import make, mapped
from grader.checks.generated import of_student
from grader.checks.kit import Definition, Float, mistake, plus, silent, term, times
from grader.checks.kit import whole as whole_
from grader.checks.sequences import is_causal, permutes
from grader.checks.strategies import Numbers

from . import probes
from .sums import ahead, linear, nothing, read

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
STEP, KEPT = "h = self.gru(rasgo, h)", "hs.append(h)"
AHEAD, SWAPPED = "F.pad(x.transpose(1, 2), (hueco, 0))", "x.transpose(1, 2)"
FOUND = "torch.relu(self.conv(delante))"
READ = "self.fc(torch.stack(hs, dim=1))"
ORDER = "rasgos.unbind(1)"
READOUT = "fc(torch.stack(pasos, 1))"


def over_sequence(kind, cell, features, H):
    """Return all states of torch's own network over features (B, T, F), of this cell's weights."""
    network = kind(features.shape[-1], H, batch_first=True).double()
    weights = {f"{name}_l0": getattr(cell, name) for name in WEIGHTS}
    hs, _ = torch.func.functional_call(network, weights, (features,))
    return hs


def answers_of_series(conv, gru, fc, x, A, H):
    """Return what torch's own layers give."""
    features = conv(ahead(x.transpose(1, 2), 2 * A - 2)).relu().transpose(1, 2)
    return fc(over_sequence(torch.nn.GRU, gru, features, H))


def filters(C, F, A):
    """Return the filters of a series."""
    return torch.nn.Conv1d(C + 1, F, 2 * A - 1)


class modeloConvRNN(Definition):
    # Filters are odd here, so that what is centred is so whoever halves; others stand below. Their
    # size is the first letter, and so the smallest: who does not pad has an answer then.
    init = "canales=C+1 filtros=F k=2*A-1 hidden_size=H clases=N"
    layers = {"conv": filters, "gru": "GRUCell F -> H", "fc": "H -> N"}
    inputs = {"x": Float("B T+1 C+1")}
    outputs = {"logits": Float("B T+1 N")}
    # With as many steps as channels axes can be taken for each other.
    largest = {"A": 2, "T": 4}
    fresh_sizes = {"A": 2, "B": 3, "T": 4, "C": 4, "F": 2, "H": 3, "N": 2}
    steady = (times(0.03, "conv"), plus(0.6, "conv.bias"), times(0.5, "gru.weight_ih"))
    weights = {"gradient": 2}
    stand_ins = dict.fromkeys(probes.SUPLENTES, probes.suplente)
    called = {"serie": "channels", "delante": "ahead", "rasgos": "features"}
    whole = whole_(like=answers_of_series)

    @term(3, *linear("gru"))
    def serie(x):
        return x.transpose(1, 2)

    @term(3, *linear("gru"))
    def delante(serie, A):
        return ahead(serie, 2 * A - 2)

    @term(3)
    def rasgos(conv, delante):
        return conv(delante).relu()

    @term(4, silent("conv"))
    def pasos(gru, rasgos, x, H):
        return read(gru, rasgos.transpose(1, 2), nothing(x, H))

    @term(3, silent("conv"))
    def logits(fc, pasos):
        return fc(torch.stack(pasos, 1))

    mistakes = (
        mistake(
            "hib.time_as_channels",
            serie=lambda x: x.reshape(x.shape[0], x.shape[2], x.shape[1]),
            edit=(SWAPPED, "x"),
        ),
        mistake(
            "hib.centred",
            delante=lambda serie, A: pad(serie, (A - 1, A - 1)),
            loses=("delante", "modeloConvRNN/no_future"),
            edit=("(hueco, 0)", "(hueco // 2, hueco - hueco // 2)"),
        ),
        mistake(
            "hib.behind",
            delante=lambda serie, A: pad(serie, (0, 2 * A - 2)),
            loses=("delante", "modeloConvRNN/no_future"),
            edit=("(hueco, 0)", "(0, hueco)"),
        ),
        mistake(
            "hib.not_padded",
            delante=lambda serie: serie,
            loses=("delante", "modeloConvRNN/no_future", "modeloConvRNN/ones"),
            edit=("(hueco, 0)", "(0, 0)"),
        ),
        mistake(
            "hib.end_not_cut",
            delante=lambda serie, A: pad(serie, (2 * A - 2, 2 * A - 2)),
            loses=("delante", "modeloConvRNN/no_future"),
            edit=("(hueco, 0)", "(hueco, hueco)"),
        ),
        mistake(
            "hib.no_relu",
            rasgos=(".relu()", ""),
            edit=(FOUND, "self.conv(delante)"),
        ),
        mistake(
            "hib.tanh_for_relu", rasgos=(".relu()", ".tanh()"), edit=("torch.relu", "torch.tanh")
        ),
        mistake(
            "hib.state_reset",
            pasos=lambda gru, rasgos, x, H: [
                gru(one, nothing(x, H)) for one in rasgos.transpose(1, 2).unbind(1)
            ],
            edit=(STEP, "h = self.gru(rasgo)"),
        ),
        mistake(
            "hib.ones_at_first",
            pasos=("nothing(x, H)", "1 + nothing(x, H)"),
            edit=("new_zeros", "new_ones"),
        ),
        mistake(
            "hib.read_backwards",
            pasos=lambda gru, rasgos, x, H: read(
                gru, rasgos.transpose(1, 2).flip(1), nothing(x, H)
            ),
            also=(
                {
                    "pasos": lambda gru, rasgos, x, H: read(
                        gru, rasgos.transpose(1, 2).flip(1), nothing(x, H)
                    )[::-1]
                },
            ),
            edit=(ORDER, "rasgos.flip(1).unbind(1)"),
        ),
        mistake(
            "hib.last_alone",
            logits=lambda fc, pasos: fc(pasos[-1]),
            edit=(READ, "self.fc(h)"),
        ),
        mistake(
            "hib.softmax_in_model",
            logits=(READOUT, f"{READOUT}.softmax(-1)"),
            edit=(READ, f"{READ}.softmax(dim=-1)"),
        ),
        mistake(
            "hib.log_softmax_in_model",
            logits=(READOUT, f"{READOUT}.log_softmax(-1)"),
            edit=(READ, f"{READ}.log_softmax(dim=-1)"),
        ),
        mistake(
            "hib.relu_before_fc",
            logits=lambda fc, pasos: fc(torch.stack(pasos, 1).relu()),
            edit=("torch.stack(hs, dim=1)", "torch.stack(hs, dim=1).relu()"),
        ),
    )


FRAMES = "x.reshape(B * T, C, S, S)"
SEEN = "torch.relu(self.conv(cuadros))"
BACK = f"{SEEN}.reshape(B, T, -1)"
CELL, CARRIED = "h, c = self.lstm(rasgo, (h, c))", "hs.append(h)"


def answers_of_video(conv, lstm, fc, x, H):
    """Return what torch's own layers give."""
    features = torch.stack([conv(frames).relu().flatten(1) for frames in x.unbind(1)], 1)
    return fc(over_sequence(torch.nn.LSTM, lstm, features, H))


def seen_by(conv, frames, shape):
    """Return what a filter finds in frames (B·T, C, S, S), as (B, T, F, S, S)."""
    return conv(frames).unflatten(0, shape)


def mixed(conv, x):
    """Return what is found in frames, (B, T, F, S, S), where they were laid out by steps."""
    found = conv(x.flatten(0, 1))
    return found.unflatten(0, (x.shape[1], x.shape[0])).transpose(0, 1)


def without_cell(lstm, features, state):
    """Return the states of who starts each step with c at 0."""
    found, h = [], state
    for one in features.unbind(1):
        h, c = lstm(one, (h, 0 * h))
        found.append((h, c))
    return found


def exchanged(lstm, rasgos, x, H):
    """Return the pairs of who takes (h, c) for (c, h), at each step."""
    found, h, c = [], nothing(x, H), nothing(x, H)
    for one in rasgos.unbind(1):
        c, h = lstm(one, (h, c))
        found.append((h, c))
    return found


class modeloCNNLSTM(Definition):
    init = "canales=C filtros=F lado=S hidden_size=H clases=N"
    layers = {
        "conv": lambda C, F: torch.nn.Conv2d(C, F, 3, padding=1),
        "lstm": "LSTMCell F*S*S -> H",
        "fc": "H -> N",
    }
    inputs = {"x": Float("B T C S S")}
    outputs = {"logits": Float("B T N")}
    largest = {"T": 4, "F": 2}
    fresh_sizes = {"B": 4, "T": 3, "C": 2, "F": 2, "S": 3, "H": 3, "N": 2}
    steady = (times(0.03, "conv"), plus(0.6, "conv.bias"), times(0.5, "lstm.weight_ih"))
    weights = {"gradient": 2}
    called = {"vistos": "frames", "rasgos": "features"}
    whole = whole_(like=answers_of_video)

    @term(3, *linear("lstm"))
    def vistos(conv, x):
        return conv(x.flatten(0, 1)).unflatten(0, x.shape[:2])

    @term(3)
    def rasgos(vistos):
        return vistos.relu().flatten(2)

    @term(4, silent("conv"))
    def pasos(lstm, rasgos, x, H):
        return read(lstm, rasgos, (nothing(x, H), nothing(x, H)))

    @term(3, silent("conv"))
    def logits(fc, pasos):
        return fc(torch.stack([h for h, _ in pasos], 1))

    mistakes = (
        mistake(
            "hib.frames_mixed",
            vistos=mixed,
            also=(
                {
                    "vistos": lambda conv, x: seen_by(
                        conv, x.transpose(0, 1).flatten(0, 1), x.shape[:2]
                    )
                },
                {
                    "vistos": lambda conv, x: conv(
                        x.transpose(0, 1).reshape(-1, *x.shape[2:])
                    ).reshape(x.shape[0], x.shape[1], -1, *x.shape[3:])
                },
            ),
            loses=("vistos", "modeloCNNLSTM/samples", "modeloCNNLSTM/no_future_frame"),
            edit=(BACK, f"{SEEN}.reshape(T, B, -1).transpose(0, 1)"),
        ),
        mistake(
            "hib.one_frame",
            vistos=lambda conv, x: conv(x[:, 0])[:, None].expand(-1, x.shape[1], -1, -1, -1),
            edit=(FRAMES, f"{FRAMES.replace('x.', 'x[:, :1].expand_as(x).')}"),
        ),
        mistake(
            "hib.no_relu",
            rasgos=("vistos.relu()", "vistos"),
            edit=(SEEN, "self.conv(cuadros)"),
        ),
        mistake(
            "hib.tanh_for_relu",
            rasgos=("vistos.relu()", "vistos.tanh()"),
            edit=("torch.relu", "torch.tanh"),
        ),
        mistake(
            "hib.filters_last",
            rasgos=("vistos.relu()", "vistos.relu().movedim(2, -1)"),
            edit=(BACK, f"{SEEN}.permute(0, 2, 3, 1).reshape(B, T, -1)"),
        ),
        mistake(
            "hib.state_reset",
            pasos=lambda lstm, rasgos: [lstm(one) for one in rasgos.unbind(1)],
            edit=(CELL, "h, c = self.lstm(rasgo)"),
        ),
        mistake(
            "hib.cell_not_carried",
            pasos=lambda lstm, rasgos, x, H: without_cell(lstm, rasgos, nothing(x, H)),
            edit=(CELL, "h, c = self.lstm(rasgo, (h, 0 * c))"),
        ),
        mistake(
            "hib.ones_at_first",
            pasos=lambda lstm, rasgos, x, H: read(lstm, rasgos, (1 + nothing(x, H),) * 2),
            edit=("new_zeros", "new_ones"),
        ),
        mistake(
            "hib.states_exchanged",
            pasos=exchanged,
            edit=("h, c = self.lstm", "c, h = self.lstm"),
        ),
        mistake(
            "hib.read_backwards",
            pasos=lambda lstm, rasgos, x, H: read(
                lstm, rasgos.flip(1), (nothing(x, H), nothing(x, H))
            ),
            also=(
                {
                    "pasos": lambda lstm, rasgos, x, H: read(
                        lstm, rasgos.flip(1), (nothing(x, H), nothing(x, H))
                    )[::-1]
                },
            ),
            edit=(ORDER, "rasgos.flip(1).unbind(1)"),
        ),
        mistake(
            "hib.cell_for_hidden",
            logits=lambda fc, pasos: fc(torch.stack([c for _, c in pasos], 1)),
            edit=(CARRIED, "hs.append(c)"),
        ),
        mistake(
            "hib.last_alone",
            logits=lambda fc, pasos: fc(pasos[-1][0]),
            edit=(READ, "self.fc(h)"),
        ),
        mistake(
            "hib.softmax_in_model",
            logits=("1))", "1)).softmax(-1)"),
            edit=(READ, f"{READ}.softmax(dim=-1)"),
        ),
        mistake(
            "hib.log_softmax_in_model",
            logits=("1))", "1)).log_softmax(-1)"),
            edit=(READ, f"{READ}.log_softmax(dim=-1)"),
        ),
        mistake(
            "hib.relu_before_fc",
            logits=("1))", "1).relu())"),
            edit=("torch.stack(hs, dim=1)", "torch.stack(hs, dim=1).relu()"),
        ),
    )


LONG = {
    modeloConvRNN: {"A": 2, "B": 3, "T": 8, "C": 1, "F": 3, "H": 4, "N": 2},
    modeloCNNLSTM: {"B": 3, "T": 9, "C": 2, "F": 2, "S": 3, "H": 4, "N": 2},
}
"""The sizes in which a property of a network is asked."""


def network(definition, student, case_seed, term):
    """Return what asks a student's network, with weights of ours, and an input for it.

    Nothing, where a mistake that is known is about something else than this term.
    """
    of = definition.declared
    trials = of_student(of, student)
    known = trials.known()
    if known.explained and known.misconceptions() and not known.about(term):
        return None
    dtype = known.dtype
    sizes = {letter: LONG[definition][letter] for letter in of.letters}
    case = make(of.inputs, of.shapes, sizes, Numbers(case_seed % 2**16, 0.7, 0.9)).rounded(dtype)
    trials.prepare(dtype)

    def call(x):
        answer = trials.alone(replace(case, inputs={"x": x}))
        return mapped(answer, lambda one: one.to(dtype))

    return call, case.inputs["x"]


@pytest.mark.part("modeloConvRNN")
@pytest.mark.weight(2)
@pytest.mark.needs("interface")
def test_no_future(student, case_seed):
    """Una respuesta no cambia con lo que llega después de su paso.

    An answer does not change with what comes after its step.
    """
    if asked := network(modeloConvRNN, student, case_seed, "delante"):
        is_causal(*asked, quantity="logits", student=student)


@pytest.mark.part("modeloCNNLSTM")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_no_future_frame(student, case_seed):
    """Un cuadro no cambia las respuestas de los pasos anteriores al suyo.

    A frame does not change the answers of the steps before its own.
    """
    if asked := network(modeloCNNLSTM, student, case_seed, "vistos"):
        is_causal(*asked, quantity="logits", student=student)


@pytest.mark.part("modeloCNNLSTM")
@pytest.mark.weight(2)
@pytest.mark.needs("interface")
def test_samples(student, case_seed):
    """Los videos de un lote no se mezclan.

    The videos of a batch do not mix.
    """
    if asked := network(modeloCNNLSTM, student, case_seed, "vistos"):
        call, x = asked
        permutes(call, (x,), [2, 0], quantity="logits", student=student)


@pytest.mark.part("modeloConvRNN")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_one_step(student):
    """Sirve para una serie de un solo paso y un solo canal.

    It works for a series of a single step and a single channel.
    """
    of = modeloConvRNN.declared
    trials = of_student(of, student)
    known = trials.known()
    if known.explained and known.misconceptions():
        return
    sizes = {**LONG[modeloConvRNN], "T": 0, "C": 0}
    case = make(of.inputs, of.shapes, sizes, Numbers(7, 0.7, 0.9)).rounded(known.dtype)
    logits = trials.ask(case, known)["logits"]
    if known.explained:
        right = trials.expected(case, "logits", of.right)
        require(logits, right, quantity="logits", case=trials.measured(case, of.right))


@pytest.mark.part("modeloConvRNN")
@pytest.mark.kind("form")
@pytest.mark.weight(1)
@pytest.mark.needs("interface")
def test_even_filters(student, case_seed):
    """Los filtros pueden tener un número par de pesos.

    Filters may have an even number of weights.
    """
    of = modeloConvRNN.declared
    trials = of_student(of, student)
    known = trials.known()
    if known.explained and known.misconceptions():
        return
    case = make(of.inputs, of.shapes, LONG[modeloConvRNN], Numbers(case_seed % 2**16, 0.7, 0.9))
    case = case.rounded(known.dtype)
    filters_ = case.weights["conv.weight"].clone()
    filters_[..., 0] = 0  # what is farthest away does not count: then it need not be there
    trials.prepare(known.dtype)
    found = []
    for taps in (filters_, filters_[..., 1:]):
        asked = trials.question(
            replace(case, weights={**case.weights, "conv.weight": taps}), known.dtype
        )
        asked["sizes"][2] = taps.shape[2]
        found.append(student.run(calls.module, answers.of(list, 1), **asked)[0])
    right, logits = found
    require(logits, right.double(), quantity="logits", case=trials.measured(case, of.right))
