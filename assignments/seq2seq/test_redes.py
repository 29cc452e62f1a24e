"""Parts 1 and 2: the encoder, which does not read padding, and the decoder's step."""

from dataclasses import replace

import torch

from grader.checks.case import Isolation
from grader.checks.kit import Definition, Float, Int, Worked, mistake, silent, term

LENGTHS = Int("B", below="N+1", least=1)
READ, KEPT, WRITTEN = "self.rnn(emb[:, t], h)", "return torch.stack(hs, dim=1), h", "self.fc_out(s)"


def padded(case):
    """Return sentences as they come: 0 beyond their lengths."""
    src = case.inputs["src"]
    beyond = torch.arange(src.shape[1]) >= case.inputs["longitudes"][:, None]
    return src.masked_fill(beyond, 0)


def without_padding(case):
    """Return a case in which all sentences are as long as the longest."""
    longest = torch.full_like(case.inputs["longitudes"], case.sizes["N"])
    return replace(case, inputs={**case.inputs, "longitudes": longest})


FULL = Isolation(("longitudes",), without_padding)


class Encoder(Definition):
    init = "vocab_len=V+1 emb_dim=E hid_dim=H"
    layers = {"embedding": "V+1 x E", "rnn": "GRUCell E -> H"}
    inputs = {"src": Worked(Int("B N", below="V+1", least=1), padded), "longitudes": LENGTHS}
    outputs = {"hs": Float("B N H"), "h": Float("B H")}
    weights = {"gradient": 1}
    fresh_sizes = {"V": 5}

    @term(1, FULL)
    def palabras(embedding, src):
        return embedding(src)

    @term(1, FULL)
    def inicio(B, H):
        return torch.zeros(B, H, dtype=torch.float64)

    @term(2)
    def real(longitudes, N):
        return torch.arange(N) < longitudes[:, None]

    @term(2, FULL)
    def orden(N):
        return range(N)

    @term(2, FULL)
    def memoria():
        return lambda before: before

    @term(3)
    def quieto():
        return torch.where

    @term(0)
    def states(rnn, palabras, inicio, real, orden, memoria, quieto):
        found = [inicio]
        for t in orden:
            new = rnn(palabras[:, t], memoria(found[-1]))
            found.append(quieto(real[:, t, None], new, found[-1]))
        return torch.stack(found[1:], dim=1)

    @term(2)
    def hs(states, real):
        return states * real[..., None]

    @term(2)
    def h(states):
        return states[:, -1]

    mistakes = (
        mistake(
            "s2s.padding_read",
            quieto=lambda: lambda real, new, before: new,
            edit=(f"torch.where(real, {READ}, h)", READ),
        ),
        mistake(
            "s2s.last_column",
            h=lambda hs: hs[:, -1],
            edit=(KEPT, "hs = torch.stack(hs, dim=1)\n        return hs, hs[:, -1]"),
        ),
        mistake(
            "s2s.mean_of_states",
            h=lambda hs, longitudes: hs.sum(1) / longitudes[:, None],
            edit=(
                KEPT,
                "hs = torch.stack(hs, 1)\n        return hs, hs.sum(1) / longitudes.unsqueeze(1)",
            ),
        ),
        mistake("s2s.padding_kept", hs=lambda states: states, edit=("h * real)", "h)")),
        mistake("s2s.one_word_more", real=("< longitudes", "<= longitudes")),
        mistake(
            "s2s.one_word_less",
            real=("torch.arange(N) <", "torch.arange(N) + 1 <"),
            edit=("t < longitudes", "t + 1 < longitudes"),
        ),
        mistake("s2s.real_inverted", real=("< longitudes", ">= longitudes")),
        mistake(
            "s2s.state_reset",
            memoria=lambda: lambda before: 0 * before,
            edit=(READ, "self.rnn(emb[:, t])"),
        ),
        mistake(
            "s2s.starts_elsewhere",
            inicio=("torch.zeros", "torch.ones"),
            edit=("emb.new_zeros", "emb.new_ones"),
        ),
        mistake(
            "s2s.read_backwards",
            orden=lambda N: range(N)[::-1],
            hs=lambda states, real: states * real.flip(1)[..., None],
            loses=("orden",),
            edit=("range(src.size(1))", "reversed(range(src.size(1)))"),
        ),
        mistake(
            "s2s.relu_of_word",
            palabras=("embedding(src)", "embedding(src).relu()"),
            edit=("self.embedding(src)", "self.embedding(src).relu()"),
        ),
    )


class Decoder(Definition):
    init = "output_dim=V emb_dim=E hid_dim=H"
    layers = {"embedding": "V x E", "rnn": "GRUCell E -> H", "fc_out": "H -> V"}
    inputs = {"input": Int("B", below="V"), "hidden": Float("B H", state=True)}
    outputs = {"logits": Float("B V"), "nuevo": Float("B H")}
    weights = {"gradient": 1}
    fresh_sizes = {"V": 5}

    @term(2, silent("hidden"))
    def palabra(embedding, input):
        return embedding(input)

    @term(4)
    def nuevo(rnn, palabra, hidden):
        return rnn(palabra, hidden)

    @term(4)
    def logits(fc_out, nuevo):
        return fc_out(nuevo)

    mistakes = (
        mistake("s2s.relu_of_word", palabra=("embedding(input)", "embedding(input).relu()")),
        mistake("s2s.word_ignored", palabra=("embedding(input)", "embedding(input) * 0")),
        mistake(
            "s2s.state_reset",
            nuevo=lambda rnn, palabra: rnn(palabra),
            edit=("self.rnn(emb, hidden)", "self.rnn(emb)"),
        ),
        mistake(
            "s2s.state_added",
            nuevo=("(palabra, hidden)", "(palabra, hidden) + hidden"),
            edit=("(emb, hidden)", "(emb, hidden) + hidden"),
        ),
        mistake(
            "s2s.old_state_returned",
            nuevo=lambda hidden: hidden,
            logits=lambda fc_out, rnn, palabra, hidden: fc_out(rnn(palabra, hidden)),
            loses=("nuevo",),
            edit=("return logits, s", "return logits, hidden"),
        ),
        mistake(
            "s2s.old_state_read",
            logits=lambda fc_out, hidden: fc_out(hidden),
            edit=(WRITTEN, "self.fc_out(hidden)"),
        ),
        mistake(
            "s2s.tanh_before_fc",
            logits=("(nuevo)", "(nuevo.tanh())"),
            edit=(WRITTEN, "self.fc_out(s.tanh())"),
        ),
        mistake(
            "s2s.probabilities_for_logits",
            logits=("fc_out(nuevo)", "fc_out(nuevo).softmax(-1)"),
            edit=(WRITTEN, f"{WRITTEN}.softmax(dim=-1)"),
        ),
        mistake(
            "s2s.log_probabilities_for_logits",
            logits=("fc_out(nuevo)", "fc_out(nuevo).log_softmax(-1)"),
            edit=(WRITTEN, f"{WRITTEN}.log_softmax(dim=-1)"),
        ),
    )
