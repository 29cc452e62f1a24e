"""Parts 5 and 6: a step of a decoder, over the student's own attention, and the map of all steps."""

import torch

from grader.checks.kit import Bool, Definition, Float, Int, Many, Order, Over, mistake, term

from .test_atenciones import AtencionAditiva

LOOK, CELL = "attention(s, hs, mascara)", "s_t = self.gru(entrada, s)"
READ, RETURNED = "torch.cat([s_t, contexto], dim=-1)", "return logits, s_t, alfa"


class pasoDecoder(Definition):
    init = "vocab_size=V emb_dim=E hidden_size=H"
    layers = {
        "embedding": "V x E",
        "attention": Over(AtencionAditiva, {"D": "H", "E": "H", "A": "H"}),
        "gru": "GRUCell E+H -> H",
        "fc": "2*H -> V",
    }
    inputs = {
        "token": Int("B", below="V"),
        "s": Float("B H", state=True),
        "hs": Float("B N H"),
        "mascara": Bool("B N", optional=True),
    }
    outputs = {"logits": Float("B V"), "s_t": Float("B H"), "alfa": Float("B N")}
    orders = {
        "input_order": Order("E H", ("gru.weight_ih",), axis=1),
        "logits_order": Order("H H", ("fc.weight",), axis=1),
    }
    fresh_sizes = {"V": 5, "N": 2}

    @term(5)
    def alignment_state(attention, s, hs, mascara):
        return attention(s, hs, mascara)

    @term(0)
    def alfa(alignment_state):
        return alignment_state[1]

    @term(0)
    def fed(alignment_state):
        return alignment_state[0]

    @term(0)
    def contexto(alignment_state):
        return alignment_state[0]

    @term(4)
    def entrada(embedding, token, fed):
        return torch.cat([embedding(token), fed], dim=-1)

    @term(4)
    def s_t(gru, entrada, s):
        return gru(entrada, s)

    @term(5)
    def logits(fc, s_t, contexto):
        return fc(torch.cat([s_t, contexto], dim=-1))

    mistakes = (
        mistake(
            "att.new_state",
            alignment_state=("(s,", "(s_t,"),
            fed=lambda attention, s, hs, mascara: attention(s, hs, mascara)[0],
            loses=("alignment_state",),
            edit=(CELL, f"{CELL}\n        contexto, alfa = self.attention(s_t, hs, mascara)"),
        ),
        mistake(
            "att.context_of_the_last_state",
            alignment_state=(LOOK, f"hs[:, -1], {LOOK}[1]"),
            edit=(f"self.{LOOK}", f"hs[:, -1], self.{LOOK}[1]"),
        ),
        mistake(
            "att.mask_not_passed",
            alignment_state=("hs, mascara)\n", "hs, None)\n"),
            edit=(LOOK, "attention(s, hs)"),
        ),
        mistake("att.zero_state_looks", alignment_state=(LOOK, "attention(0 * s, hs, mascara)")),
        mistake(
            "att.context_not_fed",
            entrada=(", fed]", ", 0 * fed]"),
            edit=("token), ", "token), 0 * "),
        ),
        mistake("att.word_not_fed", entrada=("embedding(token)", "embedding(token) * 0")),
        mistake("att.relu_of_word", entrada=("embedding(token)", "embedding(token).relu()")),
        mistake("att.state_not_carried", s_t=("gru(entrada, s)", "gru(entrada)")),
        mistake("att.context_as_state", s_t=("gru(entrada, s)", "gru(entrada, contexto)")),
        mistake("att.state_added", s_t=("gru(entrada, s)", "gru(entrada, s) + s")),
        mistake(
            "att.old_state_returned",
            s_t=lambda s: s,
            logits=lambda fc, gru, entrada, s, fed: fc(torch.cat([gru(entrada, s), fed], 1)),
            edit=(RETURNED, "return logits, s, alfa"),
        ),
        mistake("att.old_state_read", logits=(READ, READ.replace("s_t", "s"))),
        mistake("att.context_not_read", logits=(READ, READ.replace("contexto", "0 * contexto"))),
        mistake("att.tanh_before_fc", logits=(READ, f"torch.tanh({READ})")),
        mistake("att.probabilities_for_logits", logits=(f"{READ})", f"{READ}).softmax(-1)")),
        mistake(
            "att.log_probabilities_for_logits", logits=(f"{READ})", f"{READ}).log_softmax(-1)")
        ),
    )


FILLED, REAL = "masked_fill(relleno.unsqueeze(1), 0.0)", "posiciones >="


class mapa_atencion(Definition):
    inputs = {"alfas": Many(Float("B N"), "T"), "longitudes": Int("B", below="N+1", least=1)}
    outputs = {"mapa": Float("B T N")}
    fresh_sizes = {"B": 2, "N": 6}

    @term(3)
    def steps(alfas):
        return torch.stack(list(alfas), dim=1)

    @term(4)
    def zeros(steps, longitudes):
        posiciones = torch.arange(steps.size(-1))
        relleno = posiciones >= longitudes.unsqueeze(1)
        return steps.masked_fill(relleno.unsqueeze(1), 0.0)

    @term(3)
    def mapa(zeros):
        return zeros

    mistakes = (
        mistake(
            "att.steps_first",
            mapa=("return zeros", "return zeros.transpose(0, 1)"),
            edit=(FILLED, f"{FILLED}.transpose(0, 1)"),
        ),
        mistake(
            "att.steps_last",
            mapa=("return zeros", "return zeros.mT"),
            edit=(FILLED, f"{FILLED}.mT"),
        ),
        mistake("att.steps_reversed", steps=("list(alfas)", "list(alfas)[::-1]")),
        mistake("att.first_step_alone", steps=("list(alfas)", "[alfas[0] for _ in alfas]")),
        mistake("att.padding_kept", zeros=(FILLED, "clone()")),
        mistake("att.one_too_many", zeros=(REAL, "posiciones >")),
        mistake("att.one_too_few", zeros=(REAL, "posiciones + 1 >=")),
        mistake("att.mask_inverted", zeros=(REAL, "posiciones <")),
        mistake(
            "att.longest_for_all",
            zeros=("longitudes.unsqueeze(1)", "longitudes.max().expand(len(longitudes), 1)"),
        ),
    )
