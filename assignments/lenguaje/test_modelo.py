"""Part 6: a language model, step by step, beside torch's own network over whole sequences."""

import torch

from grader.checks.kit import (
    Definition,
    Float,
    Int,
    Many,
    Worked,
    absent,
    mistake,
    silent,
    term,
    whole,
)

STEP, KEPT = "h, c = self.lstm(e[:, t], (h, c))", "hs.append(h)"
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
GIVEN, ENDED = "h, c = estado", "return logits, (h, c)"
READOUT, READ = "fc(hidden(pasos))", "self.fc(torch.stack(hs, dim=1))"


def nothing(x, hidden_size):
    """Return a state of zeros for words (B, T)."""
    return tuple(torch.zeros(2, len(x), hidden_size, dtype=torch.float64))


def sometimes(case):
    """Return the state that is given; none where a third of the words' sum leaves 1.

    So both are among the cases by which a mistake is known.
    """
    return None if int(case.inputs["x"].sum()) % 3 == 1 else case.inputs["estado"]


def from_zeros(change):
    """Return the state at first of who changes the one that is given."""
    return lambda estado, x, H: nothing(x, H) if estado is None else change(*estado)


def read(lstm, words, state):
    """Return the states (h, c) after each step, of words (B, T, E)."""
    found = []
    for word in words.unbind(1):
        state = lstm(word, state)
        found.append(state)
    return found


def hidden(states):
    """Return the hidden states of all steps, (B, T, H)."""
    return torch.stack([h for h, _ in states], 1)


def without_cell(lstm, palabras, inicio):
    """Return the states of who starts each step with c at 0."""
    found, (h, _) = [], inicio
    for word in palabras.unbind(1):
        h, c = lstm(word, (h, 0 * h))
        found.append((h, c))
    return found


def of_torch(embedding, lstm, fc, x, inicio, E, H):
    """Return what torch's own network gives."""
    network = torch.nn.LSTM(E, H, batch_first=True).double()
    weights = {f"{name}_l0": getattr(lstm, name) for name in WEIGHTS}
    start = tuple(one[None] for one in inicio)
    hs, (h, c) = torch.func.functional_call(network, weights, (embedding(x), start))
    return fc(hs), (h[0], c[0])


class modeloLenguaje(Definition):
    # No word is padding: an embedding that has a padding_idx is as right, and gives it no gradient.
    init = "vocab_size=V+1 emb_dim=E hidden_size=H"
    layers = {"embedding": "V+1 x E", "lstm": "LSTMCell E -> H", "fc": "H -> V+1"}
    inputs = {
        "x": Int("B T", below="V+1", least=1),
        "estado": Worked(
            Many(Float("B H", state=True), "2", together=True), sometimes, optional=True
        ),
    }
    outputs = {"logits": Float("B T V+1"), "estado_final": Many(Float("B H"), "2")}
    largest = {"V": 5, "T": 5}
    fresh_sizes = {"V": 6, "T": 4}
    weights = {"gradient": 2}
    whole = whole(like=of_torch)

    @term(3, absent("estado"))
    def palabras(embedding, x):
        return embedding(x)

    @term(5, silent("embedding"))
    def inicio(estado, x, H):
        return nothing(x, H) if estado is None else estado

    @term(5, absent("estado"))
    def pasos(lstm, palabras, inicio):
        return read(lstm, palabras, inicio)

    @term(5, absent("estado"))
    def logits(fc, pasos):
        return fc(hidden(pasos))

    @term(3)
    def estado_final(pasos):
        return pasos[-1]

    mistakes = (
        mistake("len.relu_of_word", palabras=("embedding(x)", "embedding(x).relu()")),
        mistake("len.tanh_of_word", palabras=("embedding(x)", "embedding(x).tanh()")),
        mistake(
            "len.first_word_alone",
            palabras=lambda embedding, x: embedding(x[:, :1].expand_as(x)),
            edit=("e[:, t]", "e[:, 0]"),
        ),
        *(
            mistake(id, inicio=from_zeros(change), edit=(GIVEN, edit))
            for id, change, edit in (
                (
                    "len.state_ignored",
                    lambda h, c: (0 * h, 0 * c),
                    "h = c = torch.zeros_like(estado[0])",
                ),
                (
                    "len.half_a_state",
                    lambda h, c: (h, 0 * c),
                    "h, c = estado[0], torch.zeros_like(estado[0])",
                ),
                ("len.state_taken_apart", lambda h, c: (c, h), "c, h = estado"),
            )
        ),
        mistake(
            "len.ones_at_first",
            inicio=lambda estado, x, H: estado or tuple(1 + one for one in nothing(x, H)),
            edit=("e.new_zeros", "e.new_ones"),
        ),
        mistake(
            "len.state_reset",
            pasos=lambda lstm, palabras: [lstm(word) for word in palabras.unbind(1)],
            also=(
                {
                    "pasos": lambda lstm, palabras, inicio: [
                        lstm(word, inicio) for word in palabras.unbind(1)
                    ]
                },
            ),
            edit=(STEP, "h, c = self.lstm(e[:, t])"),
        ),
        mistake(
            "len.cell_not_carried",
            pasos=without_cell,
            edit=("(h, c))  ", "(h, 0 * c))  "),
        ),
        mistake(
            "len.read_backwards",
            pasos=lambda lstm, palabras, inicio: read(lstm, palabras.flip(1), inicio),
            also=(
                {
                    "pasos": lambda lstm, palabras, inicio: read(lstm, palabras.flip(1), inicio)[
                        ::-1
                    ],
                    "estado_final": lambda pasos: pasos[0],
                },
            ),
            edit=("in range(x.size(1))", "in reversed(range(x.size(1)))"),
        ),
        mistake(
            "len.logits_of_cell",
            logits=lambda fc, pasos: fc(torch.stack([c for _, c in pasos], 1)),
            edit=(KEPT, "hs.append(c)"),
        ),
        mistake(
            "len.last_for_all",
            logits=lambda fc, pasos: fc(hidden([pasos[-1]] * len(pasos))),
            edit=(READ, "self.fc(torch.stack([h] * len(hs), dim=1))"),
        ),
        mistake(
            "len.state_before",
            logits=lambda fc, pasos, inicio: fc(hidden([inicio, *pasos[:-1]])),
            edit=((KEPT, "pass"), (STEP, f"{KEPT}\n            {STEP}")),
        ),
        mistake(
            "len.softmax_in_model",
            logits=(READOUT, f"{READOUT}.softmax(-1)"),
            edit=(READ, f"{READ}.softmax(dim=-1)"),
        ),
        mistake(
            "len.log_softmax_in_model",
            logits=(READOUT, f"{READOUT}.log_softmax(-1)"),
            edit=(READ, f"{READ}.log_softmax(dim=-1)"),
        ),
        mistake(
            "len.relu_before_fc",
            logits=lambda fc, pasos: fc(hidden(pasos).relu()),
            edit=("torch.stack(hs, dim=1)", "torch.stack(hs, dim=1).relu()"),
        ),
        mistake(
            "len.first_state_returned",
            estado_final=("pasos[-1]", "inicio"),
            edit=((KEPT, f"{KEPT}\n        h, c = (estado or (0 * h, 0 * c))"),),
        ),
        mistake(
            "len.pair_of_state_exchanged",
            estado_final=("pasos[-1]", "pasos[-1][::-1]"),
            edit=(ENDED, "return logits, (c, h)"),
        ),
        mistake(
            "len.hidden_twice",
            estado_final=("pasos[-1]", "(pasos[-1][0], pasos[-1][0])"),
            edit=(ENDED, "return logits, (h, h)"),
        ),
    )
