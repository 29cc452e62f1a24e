"""The reference, wrong in ways that the checks have no name for, and wrong in its form.

`loses` is what a mutant breaks, and what compares its part whole. The mutants that the mistakes of
the checks make are not here. See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant


def _wrong(
    where: str, *rows: tuple[str, str, str, tuple[str, ...]], part: str = ""
) -> tuple[Mutant, ...]:
    """Return a cell's mutants: what each is, what it loses, what is named, the edits."""
    return tuple(
        Mutant(
            f"{where}: {what}",
            where,
            tuple(zip(texts[::2], texts[1::2], strict=True)),
            tuple(f"{part or where}/{one}" for one in loses.split()),
            named,
        )
        for what, loses, named, texts in rows
    )


SEED, MAKE = "            fija_semillas(semilla)\n", "            modelo = fabrica()\n"
TRAIN = "            entrena(modelo)\n"
MUTANTS = (
    *_wrong(
        "cuenta_parametros",
        (
            "torch's own network, by its name, is counted",
            "*",
            "",
            (
                "    return total\n",
                "    red = getattr(torch.nn, tipo)(input_size, hidden_size, num_layers,\n"
                "                                  bidirectional=bidireccional)\n"
                "    return sum(p.numel() for p in red.parameters())\n",
            ),
        ),
        ("a reset gate less", "piezas whole", "exp.gates_miscounted", ('"GRU": 3', '"GRU": 2')),
        ("the GRU as the LSTM", "piezas whole", "", ('"GRU": 3', '"GRU": 4')),
        ("three biases", "sesgos whole", "", ("2 * hidden_size\n", "3 * hidden_size\n")),
        (
            "the input's bias alone has the input's size",
            "sesgos whole",
            "",
            ("sesgos = 2 * hidden_size", "sesgos = hidden_size + entrada"),
        ),
        (
            "upper layers read both",
            "lee whole",
            "",
            ("else direcciones", "else input_size + direcciones"),
        ),
        ("a layer more", "sesgos whole", "", ("range(num_layers)", "range(num_layers + 1)")),
        (
            "two directions by default",
            "direcciones whole",
            "",
            ("bidireccional=False", "bidireccional=True"),
        ),
    ),
    *_wrong(
        "cuenta_operaciones",
        ("a step less", "productos whole", "", ("T * por_paso", "(T - 1) * por_paso")),
        (
            "the input's matrix is square",
            "productos whole",
            "",
            ("(input_size + hidden_size)", "(input_size + input_size)"),
        ),
    ),
    *_wrong(
        "fija_semillas",
        (
            "a new NumPy generator",
            "numpy",
            "exp.generator_left_out",
            ("np.random.seed(", "np.random.default_rng("),
        ),
        (
            "torch's alone is another's",
            "torch",
            "exp.generator_left_out",
            ("torch.manual_seed(", "torch.Generator().manual_seed("),
        ),
        (
            "a random of its own",
            "random",
            "exp.generator_left_out",
            ("random.seed(semilla)\n    np", "random.Random(semilla)\n    np"),
        ),
    ),
    *_wrong(
        "compara",
        ("a list", "interface", "", ("return resultados", "return list(resultados.values())")),
        ("sorted results", "all_results whole", "", ("= valores", "= sorted(valores)")),
        (
            "the seed of the list's order",
            "same_seed whole",
            "",
            (SEED, "            fija_semillas(list(semillas).index(semilla))\n"),
        ),
        (
            "seeded once a network",
            "same_seed whole",
            "exp.seed_once",
            (
                SEED,
                "",
                "        valores = []\n",
                "        valores = []\n        fija_semillas(semillas[0])\n",
            ),
        ),
        (
            "trained once more each seed",
            "same_budget whole",
            "exp.unequal_budget",
            (TRAIN, f"{TRAIN}{TRAIN}"),
        ),
        (
            "the first network is not trained",
            "same_budget whole",
            "exp.unequal_budget",
            ("            entrena", "            if resultados:\n                entrena"),
        ),
        (
            "a model for the first seed alone",
            "fresh_model whole",
            "exp.model_reused",
            (MAKE, "            modelo = fabrica() if not valores else modelo\n"),
        ),
    ),
    *_wrong(
        "cronometra",
        (
            "called once more",
            "llamadas whole",
            "",
            ("    duraciones = []\n", "    f()\n    duraciones = []\n"),
        ),
        (
            "half of what it lasts",
            "medidas whole",
            "",
            ("reloj() - inicio", "(reloj() - inicio) / 2"),
        ),
        (
            "the upper quartile",
            "tiempo whole",
            "",
            ("statistics.median(duraciones)", "sorted(duraciones)[3 * len(duraciones) // 4]"),
        ),
    ),
    *_wrong(
        "guarda_punto",
        (
            "saving forgets",
            "interface whole",
            "",
            ("torch.save(punto, ruta)", "torch.save(punto, ruta)\n    optimizador.state.clear()"),
        ),
        ("no file", "*", "", ("torch.save(punto, ruta)", "guarda_punto.punto = punto")),
        part="puntos",
    ),
    *_wrong(
        "carga_punto",
        ("nothing is returned", "epoch whole", "", ('    return punto["epoca"]\n', "")),
        (
            "the last layer alone",
            "weights whole",
            "",
            (
                'modelo.load_state_dict(punto["modelo"])',
                'modelo[-1].weight.data = punto["modelo"]["3.weight"]',
            ),
        ),
        part="puntos",
    ),
    *_wrong(
        "registra",
        (
            "clipped to 1",
            "paso whole",
            "",
            (
                "        optimizador.step()",
                "        torch.nn.utils.clip_grad_norm_(modelo.parameters(), 1.0)\n        optimizador.step()",
            ),
        ),
        (
            "two steps",
            "paso whole",
            "",
            (
                "        optimizador.step()",
                "        optimizador.step()\n        optimizador.step()",
            ),
        ),
        (
            "the norm of the mean square",
            "norma whole",
            "",
            ("for g in gradientes))", "for g in gradientes) / len(gradientes))"),
        ),
        ("half of the loss is noted", "apuntada whole", "", ("valor.item()", "valor.item() / 2")),
    ),
    *_wrong(
        "puertas",
        ("a state of ones", "anterior whole", "", ("c = x.new_zeros", "c = x.new_ones")),
        ("1 − f", "f whole", "", ("torch.sigmoid(f)", "1 - torch.sigmoid(f)")),
        (
            "without the input",
            "suma whole",
            "",
            ("celda.x_fc(x_t) + celda.h_fc(h)", "celda.h_fc(h)"),
        ),
        (
            "the input twice as large",
            "suma whole",
            "",
            ("celda.x_fc(x_t) + celda.h_fc(h)", "celda.x_fc(2 * x_t) + celda.h_fc(h)"),
        ),
    ),
    *_wrong(
        "busqueda_rejilla",
        (
            "the last values left out",
            "points",
            "",
            ("*espacio.values()", "*[v[:-1] or v for v in espacio.values()]"),
        ),
        (
            "the last one is the best",
            "best",
            "",
            ("min(todas, key=lambda par: par[1])", "todas[-1]"),
        ),
        ("the best alone", "pairs", "", ("return mejor, todas", "return mejor, todas[:1]")),
    ),
    *_wrong(
        "busqueda_aleatoria",
        ("whole decades", "logarithmic", "", ("** u", "** (int(4 * u) / 3)")),
        ("half of the interval", "linear", "", ("(alto - bajo) * u", "(alto - bajo) * u / 2")),
        ("one draw less", "budget", "", ("range(n)", "range(n - 1)")),
        (
            "always the same",
            "generator",
            "",
            (
                "    todas = []\n",
                "    todas = []\n    generador = torch.Generator().manual_seed(0)\n",
            ),
        ),
    ),
    *_wrong(
        "proceso_gaussiano",
        ("the scale ignored", "nucleo whole", "", ("(2 * escala**2)", "2")),
        ("noise taken away", "con_ruido whole", "", ("+ ruido *", "- ruido *")),
        ("the mean's sign", "media whole", "", ("media = k.T", "media = -k.T")),
        ("a prior of two", "varianza whole", "", ("varianza = 1 -", "varianza = 2 -")),
        ("variance first", "returned", "", ("return media, varianza", "return varianza, media")),
    ),
    *_wrong(
        "mejora_esperada",
        (
            "not a number where it is certain",
            "certain",
            "",
            (
                ".clamp(min=1e-12)",
                "",
                "torch.where(sigma > 0, mejora, diferencia.clamp(min=0))",
                "mejora",
            ),
        ),
        ("the lower tail", "Phi whole", "", ("(1 + torch.erf", "(1 - torch.erf")),
        ("a minus", "mejora whole", "", ("Phi + sigma", "Phi - sigma")),
    ),
    *_wrong(
        "propone",
        (
            "the improvement itself",
            "interface mejor ganancia indice ones whole",
            "",
            ("int(mejora.argmax())", "float(mejora.max())"),
        ),
    ),
)
