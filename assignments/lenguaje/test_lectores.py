"""Parts 10 and 11: one answer a text, and one a word, whatever padding holds."""

import torch

from grader.checks.kit import Definition, Float, Int, Order, mistake, silent, term, whole

from . import probes
from .test_modelo import WEIGHTS, hidden, nothing, read, without_cell

LENGTHS = Int("B", below="T+1", least=1)
WORDS = {"x": Int("B T", below="V"), "longitudes": LENGTHS}
STEP, LAST = "self.lstm(e[:, t], (h, c))", "hs[filas, longitudes - 1]"
ONWARD, BACK = "self.adelante(e[:, t], h)", "torch.where(real, self.atras(e[:, t], h), h)"
ADDED, TURNED = "vuelta.append(h)", "vuelta.reverse()"


def at(hs, steps):
    """Return the state of each sample at a step of its own."""
    return hs[torch.arange(len(hs)), steps]


def real(hs, lengths):
    """Return which states are of real words, (B, T, 1)."""
    return (torch.arange(hs.shape[1]) < lengths[:, None])[..., None]


def packed(words, lengths):
    """Return words as torch packs them."""
    return torch.nn.utils.rnn.pack_padded_sequence(
        words, lengths, batch_first=True, enforce_sorted=False
    )


def last_of_torch(embedding, lstm, fc, x, longitudes, E, H):
    """Return what torch's own network gives."""
    network = torch.nn.LSTM(E, H, batch_first=True).double()
    weights = {f"{name}_l0": getattr(lstm, name) for name in WEIGHTS}
    given = (packed(embedding(x), longitudes),)
    _, (h, _) = torch.func.functional_call(network, weights, given)
    return fc(h[0])


class clasificadorSentimiento(Definition):
    init = "vocab_size=V emb_dim=E hidden_size=H clases=C"
    layers = {"embedding": "V x E", "lstm": "LSTMCell E -> H", "fc": "H -> C"}
    inputs = WORDS
    outputs = {"logits": Float("B C")}
    largest = {"V": 6, "T": 5}
    fresh_sizes = {"V": 7, "T": 5, "B": 6, "C": 2}
    whole = whole(like=last_of_torch)

    @term(2)
    def palabras(embedding, x):
        return embedding(x)

    @term(4)
    def pasos(lstm, palabras, x, H):
        return read(lstm, palabras, nothing(x, H))

    @term(5)
    def ultimo(pasos, longitudes):
        return at(hidden(pasos), longitudes - 1)

    @term(3)
    def logits(fc, ultimo):
        return fc(ultimo)

    mistakes = (
        mistake("len.relu_of_word", palabras=("embedding(x)", "embedding(x).relu()")),
        mistake(
            "len.padding_is_zero",
            palabras=lambda embedding, x, longitudes: embedding(x) * real(x[..., None], longitudes),
            ultimo=lambda pasos: pasos[-1][0],
            loses=("ultimo",),
            edit=(
                (
                    "e = self.embedding(x)",
                    "e = self.embedding(x) * (torch.arange(x.size(1)) < longitudes[:, None])[..., None]",
                ),
                (LAST, "h"),
            ),
        ),
        mistake(
            "len.state_reset",
            pasos=lambda lstm, palabras: [lstm(word) for word in palabras.unbind(1)],
            edit=(STEP, "self.lstm(e[:, t])"),
        ),
        mistake(
            "len.cell_not_carried",
            pasos=lambda lstm, palabras, x, H: without_cell(lstm, palabras, nothing(x, H)),
            edit=(STEP, "self.lstm(e[:, t], (h, 0 * c))"),
        ),
        mistake(
            "len.read_backwards",
            pasos=lambda lstm, palabras, x, H: read(lstm, palabras.flip(1), nothing(x, H)),
            edit=("in range(x.size(1))", "in reversed(range(x.size(1)))"),
        ),
        mistake(
            "len.ones_at_first",
            pasos=("nothing(x, H)", "[1 + one for one in nothing(x, H)]"),
            edit=("new_zeros", "new_ones"),
        ),
        *(
            mistake(
                id,
                ultimo=change,
                edit=edit if isinstance(edit, tuple) else (LAST, edit),
                also=tuple({"ultimo": one} for one in also),
            )
            for id, change, edit, *also in (
                (
                    "len.last_column",
                    lambda pasos: pasos[-1][0],
                    "h",
                    lambda pasos, longitudes: pasos[int(longitudes.max()) - 1][0],
                ),
                ("len.first_state", lambda pasos: pasos[0][0], "hs[:, 0]"),
                (
                    "len.one_too_early",
                    lambda pasos, longitudes: at(hidden(pasos), (longitudes - 2).clamp(min=0)),
                    "hs[filas, (longitudes - 2).clamp(min=0)]",
                    lambda pasos, longitudes: at(hidden(pasos), longitudes - 2),
                ),
                (
                    "len.one_too_late",
                    lambda pasos, longitudes: at(
                        hidden(pasos), longitudes.clamp(max=len(pasos) - 1)
                    ),
                    "hs[filas, longitudes.clamp(max=x.size(1) - 1)]",
                ),
                ("len.mean_with_padding", lambda pasos: hidden(pasos).mean(1), "hs.mean(dim=1)"),
                (
                    "len.mean_of_states",
                    lambda pasos, longitudes: (
                        (hidden(pasos) * real(hidden(pasos), longitudes)).sum(1)
                        / longitudes[:, None]
                    ),
                    "torch.stack([s[:n].mean(dim=0) for s, n in zip(hs, longitudes)])",
                ),
                (
                    "len.cell_for_hidden",
                    lambda pasos, longitudes: at(
                        torch.stack([c for _, c in pasos], 1), longitudes - 1
                    ),
                    ("hs.append(h)", "hs.append(c)"),
                ),
            )
        ),
        mistake("len.softmax_in_model", logits=("fc(ultimo)", "fc(ultimo).softmax(-1)")),
        mistake("len.log_softmax_in_model", logits=("fc(ultimo)", "fc(ultimo).log_softmax(-1)")),
        mistake("len.relu_before_fc", logits=("fc(ultimo)", "fc(ultimo.relu())")),
        mistake("len.sigmoid_in_model", logits=("fc(ultimo)", "fc(ultimo).sigmoid()")),
    )


def tags_of_torch(embedding, adelante, atras, fc, x, longitudes, E, H):
    """Return what torch's own network in two directions gives, and 0 for padding."""
    network = torch.nn.GRU(E, H, batch_first=True, bidirectional=True).double()
    weights = {f"{name}_l0": getattr(adelante, name) for name in WEIGHTS}
    weights |= {f"{name}_l0_reverse": getattr(atras, name) for name in WEIGHTS}
    given = (packed(embedding(x), longitudes),)
    hs, _ = torch.func.functional_call(network, weights, given)
    hs, _ = torch.nn.utils.rnn.pad_packed_sequence(hs, batch_first=True, total_length=x.shape[1])
    return fc(hs) * real(hs, longitudes)


def walk(cell, words, order, start, lengths=None):
    """Return the states (B, T, H) of who walks over words in an order, each in its word's place.

    With lengths, what lies beyond them is passed over.
    """
    h, found = start, {}
    for t in order:
        new = cell(words[:, t], h)
        h = new if lengths is None else torch.where((t < lengths)[:, None], new, h)
        found[t] = h
    return torch.stack([found[t] for t in range(words.shape[1])], 1)


def back(words):
    """Return the steps of words from the last to the first."""
    return range(words.shape[1])[::-1]


class etiquetador(Definition):
    init = "vocab_size=V emb_dim=E hidden_size=H clases=C"
    probe = probes.etiquetas
    layers = {
        "embedding": "V x E",
        "adelante": "GRUCell E -> H",
        "atras": "GRUCell E -> H",
        "fc": "2*H -> C",
    }
    inputs = WORDS
    outputs = {"logits": Float("B T C")}
    orders = {"order": Order("H H", ("fc.weight",), axis=1)}
    largest = {"V": 6, "T": 5}
    fresh_sizes = {"V": 7, "T": 5, "B": 6, "C": 2}
    whole = whole(like=tags_of_torch)

    @term(1)
    def palabras(embedding, x):
        return embedding(x)

    @term(0)
    def inicio(x, H):
        return nothing(x, H)[0]

    @term(2, silent("atras"))
    def ida(adelante, palabras, inicio):
        return walk(adelante, palabras, range(palabras.shape[1]), inicio)

    @term(3, silent("adelante"))
    def vuelta(atras, palabras, inicio, longitudes):
        return walk(atras, palabras, back(palabras), inicio, longitudes)

    @term(1)
    def juntos(fc, ida, vuelta):
        return fc(torch.cat([ida, vuelta], -1))

    @term(0)
    def logits(juntos, longitudes):
        return juntos * real(juntos, longitudes)

    mistakes = (
        mistake("len.relu_of_word", palabras=("embedding(x)", "embedding(x).relu()")),
        mistake(
            "len.state_reset",
            ida=lambda adelante, palabras, inicio: torch.stack(
                [adelante(word, inicio) for word in palabras.unbind(1)], 1
            ),
            edit=(ONWARD, "self.adelante(e[:, t])"),
        ),
        *(
            mistake(id, vuelta=change, edit=edit)
            for id, change, edit in (
                (
                    "len.padding_read_first",
                    lambda atras, palabras, inicio: walk(atras, palabras, back(palabras), inicio),
                    (BACK, "self.atras(e[:, t], h)"),
                ),
                (
                    "len.back_out_of_place",
                    lambda atras, palabras, inicio, longitudes: walk(
                        atras, palabras, back(palabras), inicio, longitudes
                    ).flip(1),
                    (TURNED, "pass"),
                ),
                (
                    "len.twice_onward",
                    lambda atras, palabras, inicio: walk(
                        atras, palabras, range(palabras.shape[1]), inicio
                    ),
                    (
                        ("reversed(pasos)", "pasos"),
                        (TURNED, "pass"),
                        (BACK, "self.atras(e[:, t], h)"),
                    ),
                ),
                (
                    "len.one_cell_for_both",
                    lambda adelante, palabras, inicio, longitudes: walk(
                        adelante, palabras, back(palabras), inicio, longitudes
                    ),
                    ("self.atras(e", "self.adelante(e"),
                ),
                (
                    "len.back_goes_on",
                    lambda atras, palabras, ida, longitudes: walk(
                        atras, palabras, back(palabras), ida[:, -1], longitudes
                    ),
                    ("h = torch.zeros_like(h)", "pass"),
                ),
                (
                    "len.next_word_alone",
                    lambda atras, palabras, inicio, longitudes: torch.cat(
                        [
                            walk(atras, palabras, back(palabras), inicio, longitudes)[:, 1:],
                            inicio[:, None],
                        ],
                        1,
                    ),
                    ((ADDED, "pass"), ("real = (t", f"{ADDED}\n            real = (t")),
                ),
                (
                    "len.last_back_for_all",
                    lambda atras, palabras, inicio, longitudes: walk(
                        atras, palabras, back(palabras), inicio, longitudes
                    )[:, :1].expand(-1, palabras.shape[1], -1),
                    (TURNED, "vuelta = [h] * len(vuelta)"),
                ),
            )
        ),
        mistake(
            "len.softmax_in_model",
            juntos=("vuelta], -1))", "vuelta], -1)).softmax(-1)"),
            edit=("self.fc(hs)", "self.fc(hs).softmax(dim=-1)"),
        ),
        mistake(
            "len.relu_before_fc",
            juntos=("vuelta], -1))", "vuelta], -1).relu())"),
            edit=("self.fc(hs)", "self.fc(hs.relu())"),
        ),
    )
