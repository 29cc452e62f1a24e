"""Test loops with one mistake each, the rule that it breaks, and what it is named."""

from __future__ import annotations

TESTING = """
def modelo_prueba(modelo, loss_function, data_loader):
    modelo.eval()
    total, aciertos, n = 0.0, 0, 0
    with torch.no_grad():
        for secuencias, etiquetas in data_loader:
            salida = modelo(secuencias).squeeze(-1)
            perdida = loss_function(salida, etiquetas).item()
            bien = (salida.round() == etiquetas).sum().item()
            total += perdida * len(etiquetas)
            aciertos += bien
            n += len(etiquetas)
    return total / n, aciertos / n
"""
_FOR = "for secuencias, etiquetas in data_loader:"
_OUT = "salida = modelo(secuencias).squeeze(-1)"
_LOSS = "loss_function(salida, etiquetas).item()"
_RIGHT = "(salida.round() == etiquetas).sum().item()"
_END = "return total / n, aciertos / n"

TESTING_MISTAKES: tuple[tuple[str, tuple[tuple[str, str], ...], str, str], ...] = (
    (
        "accuracy of the last batch",
        ((_END, "return total / n, bien / len(etiquetas)"),),
        "accuracy",
        "accuracy_of_last_batch",
    ),
    (
        "right answers overwritten",
        (("aciertos += bien", "aciertos = bien"),),
        "accuracy",
        "accuracy_overwritten",
    ),
    (
        "accuracies summed",
        (("aciertos += bien", "aciertos += bien / len(etiquetas)"), ("aciertos / n", "aciertos")),
        "accuracy",
        "accuracy_summed",
    ),
    ("right answers counted", (("aciertos / n", "aciertos"),), "accuracy", "accuracy_counted"),
    (
        "the share that is wrong",
        (("round() == etiquetas", "round() != etiquetas"),),
        "accuracy",
        "accuracy_of_wrong",
    ),
    ("truncated", (("salida.round()", "salida.int()"),), "accuracy", "accuracy_truncated"),
    ("rounded up", (("salida.round()", "salida.ceil()"),), "accuracy", "accuracy_rounded_up"),
    ("not rounded", (("salida.round()", "salida"),), "accuracy", "accuracy_not_rounded"),
    (
        "nearer than one",
        (("salida.round() == etiquetas", "(salida - etiquetas).abs() < 1"),),
        "accuracy",
        "accuracy_of_a_margin",
    ),
    (
        "nearer than a tenth",
        (("salida.round() == etiquetas", "(salida - etiquetas).abs() < 0.1"),),
        "accuracy",
        "accuracy_of_a_margin",
    ),
    (
        "all pairs",
        (("salida.round() ==", "salida.round()[:, None] =="),),
        "accuracy",
        "accuracy_all_pairs",
    ),
    (
        "argmax",
        (("salida.round() ==", "modelo(secuencias).argmax(1) =="),),
        "accuracy",
        "accuracy_of_classes",
    ),
    (
        "as if all batches were full",
        (("aciertos / n", "aciertos / (len(data_loader) * data_loader.batch_size)"),),
        "accuracy",
        "accuracy_of_full_batches",
    ),
    (
        "right answers times their batch",
        (("aciertos += bien", "aciertos += bien * len(etiquetas)"),),
        "accuracy",
        "accuracy_unlike_outputs",
    ),
    (
        "one right answer too many",
        (("aciertos, n = 0.0, 0, 0", "aciertos, n = 0.0, 1, 0"),),
        "accuracy",
        "accuracy_unlike_outputs",
    ),
    ("loss not divided", (("total / n", "total"),), "loss", "loss_not_divided"),
    ("loss by batches", (("total / n", "total / len(data_loader)"),), "loss", "loss_by_batches"),
    ("loss overwritten", (("total += perdida", "total = perdida"),), "loss", "loss_overwritten"),
    (
        "loss of the first batch",
        (
            (_END, "return primera, aciertos / n"),
            ("total +=", "primera = perdida if n == 0 else primera\n            total +="),
        ),
        "loss",
        "loss_of_first_batch",
    ),
    (
        "running mean of the loss",
        (
            (
                "total += perdida * len(etiquetas)",
                "total = perdida if n == 0 else (total + perdida) / 2",
            ),
            ("total / n", "total"),
        ),
        "loss",
        "loss_running_mean",
    ),
    ("root of the loss", (("total / n", "(total / n) ** 0.5"),), "loss", "loss_root"),
    (
        "losses times the full batch",
        (("perdida * len(etiquetas)", "perdida * data_loader.batch_size"),),
        "loss",
        "loss_of_full_batches",
    ),
    ("half the loss", (("total / n", "total / 2 / n"),), "loss", "loss_unlike_batches"),
    ("rounded loss", (("total / n", "round(total / n, 1)"),), "loss", "loss_unlike_batches"),
    (
        "means averaged",
        (("perdida * len(etiquetas)", "perdida"), ("total / n", "total / len(data_loader)")),
        "loss",
        "loss_mean_of_means",
    ),
    (
        "the first batch left out",
        ((_FOR, "for secuencias, etiquetas in list(data_loader)[1:]:"),),
        "loss",
        "first_batch_skipped",
    ),
    (
        "the last batch left out",
        ((_FOR, "for secuencias, etiquetas in list(data_loader)[:-1]:"),),
        "loss",
        "last_batch_skipped",
    ),
    (
        "a return inside the loop",
        (
            (
                "            n += len(etiquetas)\n",
                "            n += len(etiquetas)\n            break\n",
            ),
        ),
        "loss",
        "only_first_batch",
    ),
    (
        "always the first batch",
        ((_FOR, f"{_FOR}\n            secuencias, etiquetas = next(iter(data_loader))"),),
        "loss",
        "same_batch",
    ),
    (
        "the sequences turned round",
        ((_OUT, "salida = modelo(secuencias.flip(1)).squeeze(-1)"),),
        "loss",
        "other_inputs",
    ),
    ("no eval", (("    modelo.eval()\n", ""),), "eval_mode", "no_eval_mode"),
    ("train", (("modelo.eval()", "modelo.train()"),), "eval_mode", "no_eval_mode"),
    (
        "training mode after a batch",
        (("            n +=", "            modelo.train()\n            n +="),),
        "eval_mode",
        "train_mode_inside",
    ),
    (
        "eval after the loop",
        (("    modelo.eval()\n", ""), (f"    {_END}", f"    modelo.eval()\n    {_END}")),
        "eval_mode",
        "no_eval_mode",
    ),
    (
        "absolute error",
        ((_LOSS, "(salida - etiquetas).abs().mean().item()"),),
        "loss_function",
        "own_loss_of_another_kind",
    ),
    (
        "squares",
        ((_LOSS, "((salida - etiquetas) ** 2).mean().item()"),),
        "loss_function",
        "own_loss",
    ),
    (
        "root of squares",
        ((_LOSS, "((salida - etiquetas) ** 2).mean().sqrt().item()"),),
        "loss_function",
        "own_loss_of_another_kind",
    ),
    (
        "not squeezed for the loss",
        ((_LOSS, "loss_function(salida[:, None], etiquetas).item()"),),
        "shapes",
        "shapes_broadcast",
    ),
    (
        "labels turned round for the loss",
        ((_LOSS, "loss_function(salida, etiquetas.flip(0)).item()"),),
        "shapes",
        "labels_in_another_order",
    ),
    (
        "rounded for the loss",
        ((_LOSS, "loss_function(salida.round(), etiquetas).item()"),),
        "shapes",
        "output_changed",
    ),
    (
        "labels divided for the loss",
        ((_LOSS, "loss_function(salida, etiquetas / 2).item()"),),
        "shapes",
        "labels_changed",
    ),
    (
        "the other order",
        ((_END, "return aciertos / n, total / n"),),
        "returns_order",
        "returns_accuracy_first",
    ),
)
