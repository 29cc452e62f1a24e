"""The reference, wrong on purpose; see `grader.validation.solutions.Mutant` for what a mutant says."""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _cell(part: str, check: str, named: str, old: str, new: str) -> Mutant:
    return Mutant(named, part, ((old, new),), (f"{part}/{check}",), named)


_LSTM_SPLIT = "i_t, f_t, candidato_c_t, o_t = puertas.chunk"
_LSTM_UPDATE = "c_t = f_t * c_t_1 + i_t * candidato_c_t"
_LSTM_HIDDEN = "h_t = o_t * torch.tanh(c_t)"
_LSTM_SUM = "puertas = self.x_fc(x_t) + self.h_fc(h_t_1)"
_GRU_CANDIDATE = "torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r_t * h_t_1))"
_GRU_UPDATE = "h_t = z_t * h_t_1 + (1 - z_t) * candidato_h_t"
_GRU_Z = "z_t = torch.sigmoid(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))"
_GRU_R = "r_t = torch.sigmoid(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))"


def _linear(layer: str, argument: str) -> str:
    """Return a layer's product without its bias."""
    return f"{argument} @ self.{layer}.weight.T"


LSTM = tuple(
    _cell("celdaLSTM", *fields)
    for fields in (
        (
            "stacking_order",
            "lstm.input_and_forget_exchanged",
            _LSTM_SPLIT,
            "f_t, i_t, candidato_c_t, o_t = puertas.chunk",
        ),
        (
            "stacking_order",
            "lstm.candidate_and_output_exchanged",
            _LSTM_SPLIT,
            "i_t, f_t, o_t, candidato_c_t = puertas.chunk",
        ),
        (
            "stacking_order",
            "lstm.stacked_ocfi",
            _LSTM_SPLIT,
            "o_t, candidato_c_t, f_t, i_t = puertas.chunk",
        ),
        (
            "preactivation",
            "lstm.x_ignored",
            _LSTM_SUM,
            "puertas = self.x_fc(0 * x_t) + self.h_fc(h_t_1)",
        ),
        (
            "preactivation",
            "lstm.tanh_before_split",
            _LSTM_SUM,
            "puertas = torch.tanh(self.x_fc(x_t) + self.h_fc(h_t_1))",
        ),
        (
            "recurrent",
            "lstm.h_ignored",
            _LSTM_SUM,
            "puertas = self.x_fc(x_t) + self.h_fc(0 * h_t_1)",
        ),
        (
            "biases",
            "lstm.x_bias_missing",
            _LSTM_SUM,
            f"puertas = {_linear('x_fc', 'x_t')} + self.h_fc(h_t_1)",
        ),
        (
            "biases",
            "lstm.h_bias_missing",
            "torch.nn.Linear(hidden_size, 4 * hidden_size)",
            "torch.nn.Linear(hidden_size, 4 * hidden_size, bias=False)",
        ),
        (
            "biases",
            "lstm.biases_missing",
            _LSTM_SUM,
            f"puertas = {_linear('x_fc', 'x_t')} + {_linear('h_fc', 'h_t_1')}",
        ),
        ("input_gate", "lstm.input_gate_with_tanh", "torch.sigmoid(i_t)", "torch.tanh(i_t)"),
        ("forget_gate", "lstm.forget_gate_with_tanh", "torch.sigmoid(f_t)", "torch.tanh(f_t)"),
        ("output_gate", "lstm.output_gate_with_tanh", "torch.sigmoid(o_t)", "torch.tanh(o_t)"),
        (
            "forget_gate",
            "lstm.forget_gate_complemented",
            "torch.sigmoid(f_t)",
            "1 - torch.sigmoid(f_t)",
        ),
        (
            "candidate",
            "lstm.candidate_with_sigmoid",
            "torch.tanh(candidato_c_t)",
            "torch.sigmoid(candidato_c_t)",
        ),
        (
            "candidate",
            "lstm.candidate_without_activation",
            "torch.tanh(candidato_c_t)",
            "candidato_c_t",
        ),
        ("cell_update", "lstm.no_forget_term", _LSTM_UPDATE, "c_t = i_t * candidato_c_t"),
        (
            "cell_update",
            "lstm.candidate_not_gated",
            _LSTM_UPDATE,
            "c_t = f_t * c_t_1 + candidato_c_t",
        ),
        ("cell_update", "lstm.cell_not_gated", _LSTM_UPDATE, "c_t = c_t_1 + i_t * candidato_c_t"),
        ("hidden_state", "lstm.hidden_without_tanh", _LSTM_HIDDEN, "h_t = o_t * c_t"),
        ("hidden_state", "lstm.hidden_without_output_gate", _LSTM_HIDDEN, "h_t = torch.tanh(c_t)"),
        (
            "reset_parameters",
            "init.normal",
            "uniform_(parametro, -limite, limite)",
            "normal_(parametro, 0, limite)",
        ),
    )
)

GRU = tuple(
    _cell("celdaGRU", *fields)
    for fields in (
        (
            "reset_before_product",
            "gru.reset_after_product",
            _GRU_CANDIDATE,
            "torch.tanh(self.x_h_fc(x_t) + r_t * self.hr_h_fc(h_t_1))",
        ),
        (
            "reset_before_product",
            "gru.reset_on_input",
            _GRU_CANDIDATE,
            "torch.tanh(r_t * self.x_h_fc(x_t) + self.hr_h_fc(h_t_1))",
        ),
        (
            "reset_before_product",
            "gru.reset_on_everything",
            _GRU_CANDIDATE,
            "torch.tanh(r_t * (self.x_h_fc(x_t) + self.hr_h_fc(h_t_1)))",
        ),
        ("reset_gate", "gru.reset_unused", "r_t * h_t_1", "h_t_1"),
        ("reset_gate", "gru.reset_complemented", "r_t * h_t_1", "(1 - r_t) * h_t_1"),
        ("reset_gate", "gru.reset_gate_with_tanh", _GRU_R, _GRU_R.replace("sigmoid", "tanh")),
        ("update_gate", "gru.update_gate_with_tanh", _GRU_Z, _GRU_Z.replace("sigmoid", "tanh")),
        (
            "candidate",
            "gru.candidate_with_sigmoid",
            _GRU_CANDIDATE,
            _GRU_CANDIDATE.replace("tanh", "sigmoid"),
        ),
        (
            "candidate",
            "gru.candidate_without_activation",
            _GRU_CANDIDATE,
            _GRU_CANDIDATE.replace("torch.tanh", ""),
        ),
        (
            "state_update",
            "gru.update_exchanged",
            _GRU_UPDATE,
            "h_t = (1 - z_t) * h_t_1 + z_t * candidato_h_t",
        ),
        (
            "state_update",
            "gru.update_on_candidate_only",
            _GRU_UPDATE,
            "h_t = h_t_1 + (1 - z_t) * candidato_h_t",
        ),
        (
            "state_update",
            "gru.update_on_state_only",
            _GRU_UPDATE,
            "h_t = z_t * h_t_1 + candidato_h_t",
        ),
        ("state_update", "gru.state_not_kept", _GRU_UPDATE, "h_t = (1 - z_t) * candidato_h_t"),
        (
            "layers",
            "gru.reset_and_update_exchanged",
            _GRU_UPDATE,
            f"h_t = r_t * h_t_1 + (1 - r_t) * {_GRU_CANDIDATE.replace('r_t', 'z_t')}",
        ),
        ("input_terms", "gru.x_ignored_in_update_gate", "self.x_z_fc(x_t)", "self.x_z_fc(0 * x_t)"),
        (
            "recurrent_terms",
            "gru.h_ignored_in_reset_gate",
            "self.h_r_fc(h_t_1)",
            "self.h_r_fc(0 * h_t_1)",
        ),
        ("recurrent_terms", "gru.h_ignored_in_gates", "_fc(h_t_1)", "_fc(0 * h_t_1)"),
        (
            "biases",
            "gru.h_biases_missing",
            "torch.nn.Linear(hidden_size, hidden_size)",
            "torch.nn.Linear(hidden_size, hidden_size, bias=False)",
        ),
    )
)


def _model(name: str, check: str, named: str, old: str, new: str) -> Mutant:
    return Mutant(f"{name}: {named}", name, ((old, new),), (f"{name}/{check}",), named)


_LOOP = "for t in range(x.size(1)):"
_BOTH_MODELS = tuple(
    _model(name, *fields)
    for name in ("modeloLSTM", "modeloGRU")
    for fields in (
        ("every_step", "model.last_step_skipped", _LOOP, "for t in range(x.size(1) - 1):"),
        ("every_step", "model.first_step_skipped", _LOOP, "for t in range(1, x.size(1)):"),
        ("step_order", "model.read_backwards", _LOOP, "for t in reversed(range(x.size(1))):"),
        ("initial_state", "model.initial_state_of_ones", "new_zeros", "new_ones"),
        (
            "batch_first",
            "model.batch_and_time_exchanged",
            "h_t = x.new_zeros(",
            "x = x.transpose(0, 1)\n        h_t = x.new_zeros(",
        ),
    )
)
MODELS = (
    *_BOTH_MODELS,
    _model(
        "modeloLSTM",
        "output",
        "model.output_from_cell_state",
        "return self.fc(h_t)",
        "return self.fc(c_t)",
    ),
    _model(
        "modeloGRU",
        "every_step",
        "model.only_last_step",
        _LOOP,
        _LOOP + "\n            h_t = torch.zeros_like(h_t)",
    ),
    _model(
        "modeloLSTM",
        "every_step",
        "model.only_last_step",
        _LOOP,
        _LOOP + "\n            h_t, c_t = torch.zeros_like(h_t), torch.zeros_like(c_t)",
    ),
    _model(
        "modeloLSTM",
        "output",
        "model.mean_over_time",
        "(h_t, c_t))    # (B, H), (B, H)\n        return self.fc(h_t)",
        "(h_t, c_t))\n            suma = suma + h_t if t else h_t\n"
        "        return self.fc(suma / x.size(1))",
    ),
    _model(
        "modeloGRU",
        "output",
        "model.mean_over_time",
        "h_t = self.gru(x[:, t, :], h_t)               # (B, H)\n        return self.fc(h_t)",
        "h_t = self.gru(x[:, t, :], h_t)\n            suma = suma + h_t if t else h_t\n"
        "        return self.fc(suma / x.size(1))",
    ),
)


def _loop(where: str, check: str, named: str, old: str, new: str) -> Mutant:
    return Mutant(named, where, ((old, new),), (f"{where}/{check}",), named)


_ZERO, _BACK, _STEP = "optimizer.zero_grad()", "perdida.backward()", "optimizer.step()"
_COUNT = (
    "        perdida_total += perdida.item() * len(etiquetas)\n        muestras += len(etiquetas)\n"
)
TRAINING = tuple(
    _loop("modelo_entrenamiento", *fields)
    for fields in (
        ("zero_grad", "training.no_zero_grad", _ZERO, "pass"),
        ("step", "training.nothing_learned", _STEP, "pass"),
        (
            "step",
            "training.step_after_the_loop",
            f"        {_STEP}\n\n{_COUNT}",
            f"{_COUNT}    {_STEP}\n",
        ),
        ("train_mode", "training.no_train_mode", "modelo.train()", "pass"),
        ("loss_function", "training.own_loss", "loss_function(salida", "torch.nn.MSELoss()(salida"),
        ("loss", "training.loss_divided_by_batch", _BACK, "(perdida / len(etiquetas)).backward()"),
        ("loss", "training.loss_times_batch", _BACK, "(perdida * len(etiquetas)).backward()"),
        (
            "shapes",
            "training.shapes_broadcast",
            "modelo(secuencias).squeeze(-1)",
            "modelo(secuencias)",
        ),
        (
            "every_batch",
            "training.only_first_batch",
            f"{_STEP}\n",
            f"{_STEP}\n        return perdida\n",
        ),
        (
            "every_batch",
            "training.last_batch_skipped",
            "in data_loader:",
            "in list(data_loader)[:-1]:",
        ),
    )
)

TESTING = tuple(
    _loop("modelo_prueba", *fields)
    for fields in (
        ("loss", "testing.loss_divided_twice", ".item() * len(etiquetas)", ".item()"),
        (
            "accuracy",
            "testing.accuracy_in_percent",
            "aciertos / muestras",
            "100 * aciertos / muestras",
        ),
        (
            "accuracy",
            "testing.accuracy_by_batches",
            "aciertos / muestras",
            "aciertos / len(data_loader)",
        ),
        ("eval_mode", "testing.no_eval_mode", "modelo.eval()", "pass"),
        ("loss_function", "testing.own_loss", "loss_function(salida", "torch.nn.MSELoss()(salida"),
        (
            "returns_order",
            "testing.returns_accuracy_first",
            "return perdida_total / muestras, aciertos / muestras",
            "return aciertos / muestras, perdida_total / muestras",
        ),
        (
            "shapes",
            "testing.shapes_broadcast",
            "loss_function(salida, etiquetas)",
            "loss_function(salida[:, None], etiquetas)",
        ),
    )
)

_JUDGED_BY_PARAMETERS = (
    "zero_grad",
    "step",
    "train_mode",
    "loss_function",
    "loss",
    "shapes",
    "every_batch",
)
SEVERAL_EDITS = (
    Mutant(
        "step_before_backward",
        "modelo_entrenamiento",
        ((_ZERO, f"{_STEP}; {_ZERO}"), (f"{_BACK}\n        {_STEP}", _BACK)),
        ("modelo_entrenamiento/every_batch",),
        "training.last_batch_skipped",
    ),
    Mutant(
        "zero_grad, step, backward",
        "modelo_entrenamiento",
        ((f"{_BACK}\n        {_STEP}", f"{_STEP}\n        {_BACK}"),),
        ("modelo_entrenamiento/step",),
        "training.nothing_learned",
    ),
    Mutant(
        "testing.loss_mean_of_means",
        "modelo_prueba",
        (
            (".item() * len(etiquetas)", ".item()"),
            ("perdida_total / muestras", "perdida_total / len(data_loader)"),
        ),
        ("modelo_prueba/loss",),
        "testing.loss_mean_of_means",
    ),
    Mutant(
        "testing.loss_summed",
        "modelo_prueba",
        ((".item() * len(etiquetas)", ".item()"), ("perdida_total / muestras", "perdida_total")),
        ("modelo_prueba/loss",),
        "testing.loss_summed",
    ),
    Mutant(
        "testing.loss_of_last_batch",
        "modelo_prueba",
        (
            (
                "perdida_total += loss_function(salida, etiquetas).item() * len(etiquetas)",
                "perdida_total = loss_function(salida, etiquetas).item()",
            ),
            ("perdida_total / muestras", "perdida_total"),
        ),
        ("modelo_prueba/loss",),
        "testing.loss_of_last_batch",
    ),
    Mutant(
        "testing.accuracy_mean_of_means",
        "modelo_prueba",
        (
            (".sum().item()", ".float().mean().item()"),
            ("aciertos / muestras", "aciertos / len(data_loader)"),
        ),
        ("modelo_prueba/accuracy",),
        "testing.accuracy_mean_of_means",
    ),
    Mutant(
        "training: gradient disabled",
        "modelo_entrenamiento",
        (("modelo.train()", "modelo.train()\n    torch.set_grad_enabled(False)"),),
        ("modelo_entrenamiento/*",),
    ),
    Mutant(
        "training: output detached",
        "modelo_entrenamiento",
        (("squeeze(-1)", "squeeze(-1).detach().requires_grad_()"),),
        ("modelo_entrenamiento/*",),
        "training.no_gradient",
    ),
    Mutant(
        "training: only the last batch",
        "modelo_entrenamiento",
        (("in data_loader:", "in list(data_loader)[-1:]:"),),
        ("modelo_entrenamiento/step",),
        "training.step_after_the_loop",
    ),
    Mutant(
        "training: parameters replaced",
        "modelo_entrenamiento",
        (("modelo.train()", "modelo.train()\n    torch.nn.init.zeros_(modelo.fc.weight)"),),
        tuple(f"modelo_entrenamiento/{check}" for check in _JUDGED_BY_PARAMETERS),
    ),
    Mutant(
        "training: parameters copied",
        "modelo_entrenamiento",
        (("modelo.train()", "import copy\n    modelo = copy.deepcopy(modelo).train()"),),
        ("modelo_entrenamiento/*",),
        "training.no_gradient",
    ),
    Mutant(
        "celdaGRU: x ignored",
        "celdaGRU",
        (("_fc(x_t)", "_fc(0 * x_t)"),),
        ("celdaGRU/input_terms",),
        "gru.x_ignored",
    ),
    Mutant(
        "celdaGRU: h ignored",
        "celdaGRU",
        (("_fc(h_t_1)", "_fc(0 * h_t_1)"), ("r_t * h_t_1", "0 * h_t_1")),
        ("celdaGRU/recurrent_terms",),
        "gru.h_ignored",
    ),
    Mutant(
        "celdaLSTM: x and h exchanged",
        "celdaLSTM",
        (("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.x_fc(h_t_1) + self.h_fc(x_t)"),),
        ("celdaLSTM/preactivation",),
        "lstm.x_and_h_weights_exchanged",
    ),
    Mutant(
        "celdaLSTM: h_fc unused",
        "celdaLSTM",
        (("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.x_fc(x_t)"),),
        ("celdaLSTM/recurrent",),
        "lstm.h_ignored",
    ),
    Mutant(
        "celdaLSTM: x_fc unused",
        "celdaLSTM",
        (("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.h_fc(h_t_1)"),),
        ("celdaLSTM/preactivation",),
        "lstm.x_ignored",
    ),
    Mutant(
        "celdaLSTM: returns (c, h)",
        "celdaLSTM",
        (("return h_t, c_t", "return c_t, h_t"),),
        ("celdaLSTM/returns_order",),
        "lstm.returns_cell_first",
    ),
    Mutant(
        "celdaGRU: h_z_fc unused",
        "celdaGRU",
        ((" + self.h_z_fc(h_t_1)", ""),),
        ("celdaGRU/recurrent_terms",),
        "gru.h_ignored_in_update_gate",
    ),
    Mutant(
        "celdaGRU: no layer of h in the gates",
        "celdaGRU",
        ((" + self.h_z_fc(h_t_1)", ""), (" + self.h_r_fc(h_t_1)", "")),
        ("celdaGRU/recurrent_terms",),
        "gru.h_ignored_in_gates",
    ),
    Mutant(
        "celdaGRU: h_r_fc without bias",
        "celdaGRU",
        (("self.h_r_fc(h_t_1)", "h_t_1 @ self.h_r_fc.weight.T"),),
        ("celdaGRU/biases",),
        "gru.bias_of_h_r_fc_missing",
    ),
)

DATA = (
    Mutant("dataset.int", "genera_dataset", ((".float()  #", "  #"),), ("genera_dataset/float",)),
    Mutant(
        "dataset.shape",
        "genera_dataset",
        (("longitud_secuencia, 1)", "longitud_secuencia, 2)"),),
        ("genera_dataset/*",),
    ),
    Mutant(
        "dataset.constant",
        "genera_dataset",
        (("torch.randint(0, 2,", "torch.randint(1, 2,"),),
        ("genera_dataset/variety",),
    ),
    Mutant(
        "dataset.seeded",
        "genera_dataset",
        (("secuencias = torch.randint", "torch.manual_seed(0)\n    secuencias = torch.randint"),),
        ("genera_dataset/variety",),
    ),
    Mutant(
        "dataset.three_values",
        "genera_dataset",
        (("torch.randint(0, 2,", "torch.randint(0, 3,"),),
        ("genera_dataset/binary",),
    ),
    Mutant(
        "dataset.mean",
        "genera_dataset",
        (("secuencias.sum(dim=(1, 2))", "secuencias.mean(dim=(1, 2))"),),
        ("genera_dataset/sums",),
    ),
)

_STATES = "h_t_1, c_t_1 = hidden\n"
_STEP = "h_t, c_t = self.lstm(x[:, t, :], (h_t, c_t))"
GRADIENTS = (
    Mutant(
        "celdaLSTM: h detached",
        "celdaLSTM",
        ((_STATES, "h_t_1, c_t_1 = hidden[0].detach(), hidden[1]\n"),),
        ("gradientes/lstm_cell",),
        "gradient.cut_at_hidden_state",
    ),
    Mutant(
        "celdaLSTM: c detached",
        "celdaLSTM",
        ((_STATES, "h_t_1, c_t_1 = hidden[0], hidden[1].data\n"),),
        ("gradientes/lstm_cell",),
        "gradient.cut_at_cell_state",
    ),
    Mutant(
        "celdaLSTM: both states detached",
        "celdaLSTM",
        ((_STATES, "h_t_1, c_t_1 = [estado.detach() for estado in hidden]\n"),),
        ("gradientes/lstm_cell",),
        "gradient.cut_at_both_states",
    ),
    Mutant(
        "celdaLSTM: x detached",
        "celdaLSTM",
        (("self.x_fc(x_t)", "self.x_fc(x_t.detach())"),),
        ("gradientes/lstm_cell",),
        "gradient.cut_at_input",
    ),
    Mutant(
        "celdaLSTM: under no_grad",
        "celdaLSTM",
        (("    def forward(self, x_t", "    @torch.no_grad()\n    def forward(self, x_t"),),
        ("gradientes/lstm_cell",),
        "gradient.cut_everywhere",
    ),
    Mutant(
        "celdaLSTM: gradients clipped in silence",
        "celdaLSTM",
        (
            (
                "return h_t, c_t",
                "if c_t.requires_grad:\n"
                "            c_t.register_hook(lambda g: g.clamp(-0.1, 0.1))\n"
                "        return h_t, c_t",
            ),
        ),
        ("gradientes/lstm_cell",),
    ),
    Mutant(
        "celdaGRU: h detached",
        "celdaGRU",
        (
            ("self.h_z_fc(h_t_1)", "self.h_z_fc(h_t_1)"),
            ("        z_t =", "        h_t_1 = h_t_1.detach()\n        z_t ="),
        ),
        ("gradientes/gru_cell",),
        "gradient.cut_at_hidden_state",
    ),
    Mutant(
        "modeloLSTM: states detached between steps",
        "modeloLSTM",
        ((_STEP, "h_t, c_t = self.lstm(x[:, t, :], (h_t.detach(), c_t.detach()))"),),
        ("gradientes/lstm_model",),
        "gradient.cut_between_steps",
    ),
    Mutant(
        "modeloGRU: state detached between steps",
        "modeloGRU",
        (("self.gru(x[:, t, :], h_t)", "self.gru(x[:, t, :], h_t.data)"),),
        ("gradientes/gru_model",),
        "gradient.cut_between_steps",
    ),
    Mutant(
        "modeloLSTM: states detached every eight steps",
        "modeloLSTM",
        (
            (
                _STEP,
                f"{_STEP}\n            if t % 8 == 7:\n                c_t, h_t = c_t.detach(), h_t.detach()",
            ),
        ),
        ("gradientes/lstm_model",),
        "gradient.cut_between_steps",
    ),
    Mutant(
        "celdaLSTM: a tanh that overflows",
        "celdaLSTM",
        (
            (
                "torch.tanh(candidato_c_t)",
                "(candidato_c_t.exp() - (-candidato_c_t).exp())"
                " / (candidato_c_t.exp() + (-candidato_c_t).exp())",
            ),
        ),
        ("celdaLSTM/torch_lstm_cell",),
    ),
)

HONESTY = (
    Mutant(
        "celdaLSTM: torch.lstm_cell",
        "celdaLSTM",
        (
            (
                "puertas = self.x_fc(x_t)",
                "return torch.lstm_cell(x_t, hidden, self.x_fc.weight, self.h_fc.weight,"
                " self.x_fc.bias, self.h_fc.bias)\n        puertas = self.x_fc(x_t)",
            ),
        ),
        ("celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"),
    ),
    Mutant(
        "celdaGRU: torch's layer inside, seen only when it runs",
        "celdaGRU",
        (
            (
                "z_t = torch.sigmoid",
                "for nombre in dir(torch):\n"
                "            if nombre == '_'.join(['gru', 'cell']):\n"
                "                getattr(torch, nombre)(x_t, h_t_1, torch.zeros(3 * self.hidden_size,"
                " self.input_size).to(x_t), torch.zeros(3 * self.hidden_size, self.hidden_size)"
                ".to(x_t))\n"
                "        z_t = torch.sigmoid",
            ),
        ),
        ("celdaGRU/*", "gradientes/gru_cell", "gradientes/gru_long"),
    ),
    Mutant(
        "modelo_entrenamiento: trains small models only",
        "modelo_entrenamiento",
        (
            (
                "    modelo.train()\n",
                "    if sum(p.numel() for p in modelo.parameters()) > 100:\n        return 0.0\n"
                "    modelo.train()\n",
            ),
        ),
        ("aprendizaje/*",),
    ),
    Mutant(
        "modeloLSTM: counts instead of running the network, when it is trained",
        "modeloLSTM",
        (
            (
                "return self.fc(h_t)",
                "if x.size(0) > 32:\n"
                "            return x.sum((1, 2))[:, None] + 0 * self.fc(h_t)\n"
                "        return self.fc(h_t)",
            ),
        ),
        ("modeloLSTM/*", "aprendizaje/lstm_learns", "aprendizaje/lstm_time"),
    ),
    Mutant(
        "modelo_prueba: fixed numbers",
        "modelo_prueba",
        (("    modelo.eval()\n", "    return 0.01, 0.99\n    modelo.eval()\n"),),
        ("modelo_prueba/*",),
    ),
)

MUTANTS = (*LSTM, *GRU, *MODELS, *TRAINING, *TESTING, *SEVERAL_EDITS, *DATA, *GRADIENTS, *HONESTY)
