"""The reference, wrong on purpose; see `grader.validation.solutions.Mutant` for what a mutant says."""

from __future__ import annotations

from grader.validation.solutions import Mutant


_SPLIT = "i_t, f_t, candidato_c_t, o_t = puertas.chunk"
_WHOLE = {"celdaLSTM": "celdaLSTM/torch_lstm_cell", "celdaGRU": "celdaGRU/torch_gru_cell"}


def _cell(name: str, check: str, what: str, named: str, *edits: tuple[str, str]) -> Mutant:
    """Return a wrong equation of a cell: it costs its check and the whole."""
    return Mutant(f"{name}: {what}", name, edits, (f"{name}/{check}", _WHOLE[name]), named)


CELLS = (
    *(
        Mutant(
            f"lstm.{named}",
            "celdaLSTM",
            ((_SPLIT, f"{order} = puertas.chunk"),),
            ("celdaLSTM/stacking_order",),
            f"lstm.{named}",
        )
        for named, order in (
            ("input_and_forget_exchanged", "f_t, i_t, candidato_c_t, o_t"),
            ("candidate_and_output_exchanged", "i_t, f_t, o_t, candidato_c_t"),
            ("stacked_ocfi", "o_t, candidato_c_t, f_t, i_t"),
        )
    ),
    Mutant(
        "init.normal",
        "celdaLSTM",
        (("uniform_(parametro, -limite, limite)", "normal_(parametro, 0, limite)"),),
        ("celdaLSTM/reset_parameters",),
        "init.normal",
    ),
    Mutant(
        "init.never_called",
        "celdaLSTM",
        (("        self.reset_parameters()\n", ""),),
        ("celdaLSTM/reset_parameters",),
        "init.never_called",
    ),
    _cell(
        "celdaLSTM",
        "recurrent",
        "h_fc unused",
        "lstm.h_ignored",
        ("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.x_fc(x_t)"),
    ),
    _cell(
        "celdaLSTM",
        "preactivation",
        "x_fc unused",
        "lstm.x_ignored",
        ("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.h_fc(h_t_1)"),
    ),
    _cell(
        "celdaGRU",
        "recurrent_terms",
        "h_z_fc unused",
        "gru.h_ignored_in_update_gate",
        (" + self.h_z_fc(h_t_1)", ""),
    ),
    _cell(
        "celdaGRU",
        "recurrent_terms",
        "no layer of h in the gates",
        "gru.h_ignored_in_gates",
        (" + self.h_z_fc(h_t_1)", ""),
        (" + self.h_r_fc(h_t_1)", ""),
    ),
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
    Mutant(
        "modeloGRU: at most ten steps",
        "modeloGRU",
        ((_LOOP, "for t in range(min(10, x.size(1))):"),),
        ("modeloGRU/every_step",),
    ),
    Mutant(
        "modeloLSTM: a new cell in each call",
        "modeloLSTM",
        (
            (
                _LOOP,
                "self.lstm = celdaLSTM(self.input_size, self.hidden_size).to(x)\n        " + _LOOP,
            ),
        ),
        ("modeloLSTM/*", "gradientes/lstm_model"),
    ),
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
            "training.clipped",
            _STEP,
            f"torch.nn.utils.clip_grad_norm_(modelo.parameters(), 1.0); {_STEP}",
        ),
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

SEVERAL_EDITS = (
    Mutant(
        "step_before_backward",
        "modelo_entrenamiento",
        ((_ZERO, f"{_STEP}; {_ZERO}"), (f"{_BACK}\n        {_STEP}", _BACK)),
        ("modelo_entrenamiento/step",),
        "training.step_before_backward",
    ),
    Mutant(
        "zero_grad, step, backward",
        "modelo_entrenamiento",
        ((f"{_BACK}\n        {_STEP}", f"{_STEP}\n        {_BACK}"),),
        ("modelo_entrenamiento/step",),
        "training.step_before_backward",
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
        ("modelo_entrenamiento/every_batch",),
        "training.only_last_batch",
    ),
    Mutant(
        "training: parameters replaced",
        "modelo_entrenamiento",
        (("modelo.train()", "modelo.train()\n    torch.nn.init.zeros_(modelo.fc.weight)"),),
        ("modelo_entrenamiento/step",),
        "training.parameters_replaced",
    ),
    Mutant(
        "training: parameters copied",
        "modelo_entrenamiento",
        (("modelo.train()", "import copy\n    modelo = copy.deepcopy(modelo).train()"),),
        ("modelo_entrenamiento/*",),
        "training.no_gradient",
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

MUTANTS = (*CELLS, *MODELS, *TRAINING, *TESTING, *SEVERAL_EDITS, *DATA, *GRADIENTS, *HONESTY)
