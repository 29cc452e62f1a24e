"""Loops with one mistake each that nobody wrote a special case for, and the rule that it breaks."""

from __future__ import annotations

TRAINING = """
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    modelo.train()
    for secuencias, etiquetas in data_loader:
        optimizer.zero_grad()
        salida = modelo(secuencias).squeeze(-1)
        perdida = loss_function(salida, etiquetas)
        perdida.backward()
        optimizer.step()
"""
_FOR = "for secuencias, etiquetas in data_loader:"
_COUNTED = "for i, (secuencias, etiquetas) in enumerate(data_loader):"
_ZERO = "        optimizer.zero_grad()\n"
_OUT = "salida = modelo(secuencias).squeeze(-1)"
_LOSS = "perdida = loss_function(salida, etiquetas)"
_BACK = "perdida.backward()"
_STEP = "        optimizer.step()\n"
_PARAMETERS = "modelo.parameters()"

# name, (old, new), the rule, what it is named
TRAINING_MISTAKES: tuple[tuple[str, tuple[tuple[str, str], ...], str, str], ...] = (
    ("step twice", ((_STEP, 2 * _STEP),), "step", "step_repeated"),
    ("step three times", ((_STEP, 3 * _STEP),), "step", "step_repeated"),
    (
        "step in every second batch",
        (
            (_FOR, _COUNTED),
            (_STEP, "        if i % 2:\n    " + _STEP),
        ),
        "step",
        "steps_missing",
    ),
    (
        "zero_grad in every second batch",
        (
            (_FOR, _COUNTED),
            (_ZERO, "        if i % 2 == 0:\n    " + _ZERO),
        ),
        "zero_grad",
        "zero_grad_sometimes",
    ),
    (
        "zero_grad once before the loop",
        ((_ZERO, ""), ("    modelo.train()\n", "    modelo.train()\n    optimizer.zero_grad()\n")),
        "zero_grad",
        "no_zero_grad",
    ),
    (
        "zero_grad after backward",
        ((_ZERO, ""), (_STEP, _ZERO + _STEP)),
        "zero_grad",
        "zero_grad_after_backward",
    ),
    (
        "zero_grad of the bias alone",
        ((_ZERO, "        modelo.fc.bias.grad = None\n"),),
        "zero_grad",
        "no_zero_grad",
    ),
    (
        "gradients set to None before the step",
        ((_STEP, f"        for p in {_PARAMETERS}:\n            p.grad = None\n" + _STEP),),
        "zero_grad",
        "zero_grad_after_backward",
    ),
    (
        "the losses summed, one backward after the loop",
        (
            (_FOR, "total = 0\n    " + _FOR),
            (_BACK, "total = total + perdida"),
            (_STEP, "    total.backward()\n    optimizer.step()\n"),
        ),
        "step",
        "one_step_for_all",
    ),
    (
        "gradients of all batches in one step",
        (
            (_ZERO, ""),
            ("    modelo.train()\n", "    modelo.train()\n    optimizer.zero_grad()\n"),
            (_STEP, "    optimizer.step()\n"),
        ),
        "step",
        "one_step_for_all",
    ),
    (
        "its own Adam",
        (
            (
                "    modelo.train()\n",
                f"    optimizer = torch.optim.Adam({_PARAMETERS})\n    modelo.train()\n",
            ),
        ),
        "step",
        "another_optimizer",
    ),
    (
        "a new SGD in each batch",
        ((_ZERO, f"        optimizer = torch.optim.SGD({_PARAMETERS}, lr=0.01)\n" + _ZERO),),
        "step",
        "another_optimizer",
    ),
    (
        "a step by hand, with a rate of its own",
        (
            (
                _STEP,
                (
                    f"        with torch.no_grad():\n            for p in {_PARAMETERS}:\n"
                    "                p -= 0.01 * p.grad\n"
                ),
            ),
        ),
        "step",
        "steps_by_hand",
    ),
    (
        "a step by hand as well",
        (
            (
                _STEP,
                _STEP + f"        with torch.no_grad():\n            for p in {_PARAMETERS}:\n"
                "                p -= 0.05 * p.grad\n",
            ),
        ),
        "step",
        "parameters_moved",
    ),
    (
        "the rate is lowered in each batch",
        ((_STEP, _STEP + "        optimizer.param_groups[0]['lr'] *= 0.5\n"),),
        "step",
        "another_rate",
    ),
    (
        "the rate is set",
        (
            (
                "    modelo.train()\n",
                "    modelo.train()\n    optimizer.param_groups[0]['lr'] = 0.01\n",
            ),
        ),
        "step",
        "another_rate",
    ),
    (
        "weight decay",
        (
            (
                "    modelo.train()\n",
                "    modelo.train()\n    optimizer.param_groups[0]['weight_decay'] = 0.1\n",
            ),
        ),
        "step",
        "step_changed",
    ),
    (
        "the weights are clamped after each step",
        (
            (
                _STEP,
                _STEP + f"        for p in {_PARAMETERS}:\n            p.data.clamp_(-0.5, 0.5)\n",
            ),
        ),
        "step",
        "parameters_moved",
    ),
    (
        "clipped to a small norm",
        ((_STEP, f"        torch.nn.utils.clip_grad_norm_({_PARAMETERS}, 0.1)\n" + _STEP),),
        "step",
        "clipped",
    ),
    (
        "clipped to a norm of five",
        ((_STEP, f"        torch.nn.utils.clip_grad_norm_({_PARAMETERS}, 5)\n" + _STEP),),
        "step",
        "clipped",
    ),
    (
        "clipped by value",
        ((_STEP, f"        torch.nn.utils.clip_grad_value_({_PARAMETERS}, 0.05)\n" + _STEP),),
        "step",
        "clipped",
    ),
    (
        "gradients normalised",
        (
            (
                _STEP,
                f"        for p in {_PARAMETERS}:\n            p.grad /= p.grad.norm() + 1e-6\n"
                + _STEP,
            ),
        ),
        "step",
        "gradients_changed",
    ),
    (
        "gradients divided by the batch size",
        (
            (
                _STEP,
                f"        for p in {_PARAMETERS}:\n            p.grad /= len(etiquetas)\n" + _STEP,
            ),
        ),
        "step",
        "gradients_rescaled",
    ),
    (
        "the layer is drawn anew",
        (("    modelo.train()\n", "    modelo.train()\n    modelo.fc.reset_parameters()\n"),),
        "step",
        "parameters_replaced",
    ),
    (
        "evaluation mode after the first batch",
        ((_STEP, _STEP + "        modelo.eval()\n"),),
        "train_mode",
        "eval_mode_inside",
    ),
    ("evaluation mode", (("modelo.train()", "modelo.eval()"),), "train_mode", "no_train_mode"),
    ("train(False)", (("modelo.train()", "modelo.train(False)"),), "train_mode", "no_train_mode"),
    (
        "training mode after the forward",
        (("    modelo.train()\n", ""), (_STEP, _STEP + "        modelo.train()\n")),
        "train_mode",
        "eval_mode_inside",
    ),
    (
        "absolute error",
        ((_LOSS, "perdida = (salida - etiquetas).abs().mean()"),),
        "loss_function",
        "own_loss_of_another_kind",
    ),
    (
        "sum of squares",
        ((_LOSS, "perdida = ((salida - etiquetas) ** 2).sum()"),),
        "loss_function",
        "own_loss_of_another_kind",
    ),
    (
        "squares by hand",
        ((_LOSS, "perdida = ((etiquetas - salida) ** 2).mean()"),),
        "loss_function",
        "own_loss",
    ),
    (
        "the loss given is printed, another is used",
        (
            (
                _LOSS,
                f"{_LOSS}\n        perdida = torch.nn.functional.smooth_l1_loss(salida, etiquetas)",
            ),
        ),
        "loss_function",
        "own_loss_of_another_kind",
    ),
    ("half the loss", ((_BACK, "(perdida / 2).backward()"),), "loss", "loss_rescaled"),
    ("a tenfold loss", ((_BACK, "(10 * perdida).backward()"),), "loss", "loss_rescaled"),
    ("the loss with a minus", ((_BACK, "(-perdida).backward()"),), "loss", "loss_negative"),
    (
        "divided by the number of batches",
        ((_BACK, "(perdida / len(data_loader)).backward()"),),
        "loss",
        "loss_divided_by_batches",
    ),
    ("the square of the loss", ((_BACK, "(perdida ** 2).backward()"),), "loss", "loss_changed"),
    ("the root of the loss", ((_BACK, "perdida.sqrt().backward()"),), "loss", "loss_changed"),
    (
        "backward twice",
        ((_BACK, "perdida.backward(retain_graph=True)\n        perdida.backward()"),),
        "loss",
        "backward_again",
    ),
    (
        "backward of the sum of the losses so far",
        (
            (_FOR, "total = 0\n    " + _FOR),
            (_BACK, "total = total + perdida\n        total.backward(retain_graph=True)"),
        ),
        "loss",
        "backward_again",
    ),
    (
        "a penalty on the weights",
        ((_LOSS, f"{_LOSS} + 0.1 * sum((p ** 2).sum() for p in {_PARAMETERS})"),),
        "loss",
        "loss_of_parameters",
    ),
    (
        "squared error added",
        ((_LOSS, f"{_LOSS} + ((salida - etiquetas) ** 2).mean()"),),
        "loss",
        "loss_of_more",
    ),
    (
        "labels as a column",
        ((_LOSS, "perdida = loss_function(salida, etiquetas[:, None])"),),
        "shapes",
        "shapes_broadcast",
    ),
    (
        "the output not squeezed",
        ((_OUT, "salida = modelo(secuencias)"),),
        "shapes",
        "shapes_broadcast",
    ),
    (
        "the mean of the output",
        ((_LOSS, "perdida = loss_function(salida.mean(), etiquetas.mean())"),),
        "shapes",
        "output_changed",
    ),
    (
        "tanh of the output",
        ((_OUT, "salida = torch.tanh(modelo(secuencias).squeeze(-1))"),),
        "shapes",
        "output_changed",
    ),
    (
        "the output scaled",
        ((_OUT, "salida = 0.5 * modelo(secuencias).squeeze(-1)"),),
        "shapes",
        "output_changed",
    ),
    (
        "the sigmoid of the output",
        ((_OUT, "salida = torch.sigmoid(modelo(secuencias)).squeeze(-1)"),),
        "shapes",
        "output_changed",
    ),
    (
        "labels turned round",
        ((_LOSS, "perdida = loss_function(salida, etiquetas.flip(0))"),),
        "shapes",
        "labels_in_another_order",
    ),
    (
        "labels divided",
        ((_LOSS, "perdida = loss_function(salida, etiquetas / 4)"),),
        "shapes",
        "labels_changed",
    ),
    (
        "the first sample's label for all",
        ((_LOSS, "perdida = loss_function(salida, etiquetas[:1].expand_as(salida))"),),
        "shapes",
        "labels_changed",
    ),
    (
        "the first batch left out",
        (
            (
                _FOR,
                f"{_COUNTED}\n        if i == 0:\n            continue",
            ),
        ),
        "every_batch",
        "first_batch_skipped",
    ),
    (
        "the first batch taken out before",
        (
            (
                _FOR,
                "lotes = iter(data_loader)\n    next(lotes)\n"
                + _FOR.replace("data_loader", "lotes").join(["    ", ""]),
            ),
        ),
        "every_batch",
        "first_batch_skipped",
    ),
    (
        "small batches left out",
        (
            (
                _FOR,
                f"{_FOR}\n        if len(etiquetas) < data_loader.batch_size:\n            break",
            ),
        ),
        "every_batch",
        "last_batch_skipped",
    ),
    (
        "a break at the end",
        ((_STEP, _STEP + "        break\n"),),
        "every_batch",
        "only_first_batch",
    ),
    (
        "three epochs",
        (
            (
                _FOR,
                "for secuencias, etiquetas in [lote for _ in range(3) for lote in data_loader]:",
            ),
        ),
        "every_batch",
        "several_epochs",
    ),
    (
        "each batch twice",
        (
            (
                _FOR,
                "for secuencias, etiquetas in [lote for lote in data_loader for _ in range(2)]:",
            ),
        ),
        "every_batch",
        "batches_used_again",
    ),
    (
        "the batches backwards",
        ((_FOR, "for secuencias, etiquetas in reversed(list(data_loader)):"),),
        "every_batch",
        "batches_in_another_order",
    ),
    (
        "always the first batch",
        ((_FOR, f"{_FOR}\n        secuencias, etiquetas = next(iter(data_loader))"),),
        "every_batch",
        "same_batch",
    ),
    (
        "every second batch",
        ((_FOR, "for secuencias, etiquetas in list(data_loader)[::2]:"),),
        "every_batch",
        "some_batches_skipped",
    ),
    (
        "the batch without its last sample",
        (
            (
                _FOR,
                (
                    f"{_FOR}\n        n = max(1, len(etiquetas) - 1)\n"
                    "        secuencias, etiquetas = secuencias[:n], etiquetas[:n]"
                ),
            ),
        ),
        "every_batch",
        "part_of_a_batch",
    ),
    (
        "the sequences turned round",
        ((_OUT, "salida = modelo(secuencias.flip(1)).squeeze(-1)"),),
        "every_batch",
        "other_inputs",
    ),
    (
        "the sequences normalised",
        ((_OUT, "salida = modelo(secuencias - secuencias.mean()).squeeze(-1)"),),
        "every_batch",
        "other_inputs",
    ),
    (
        "samples of the batch turned round",
        ((_OUT, "salida = modelo(secuencias.flip(0)).squeeze(-1)"),),
        "every_batch",
        "other_inputs",
    ),
)


def with_edits(source: str, edits: tuple[tuple[str, str], ...]) -> str:
    """Return a loop with its mistake made."""
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    return source
