"""A cell begun by the student's function, in place, and what of it is right."""

from dataclasses import dataclass
from typing import Any

import torch

from grader.checks import answers
from grader.checks.asserts import Mismatch, require_shape
from grader.core.errors import StudentFault
from grader.core.i18n import Bilingual

ANTES = 0.25
"""What all of a cell's numbers are before: what is left alone shows."""


class Celda(torch.nn.Module):
    """A cell before it is initialised: all that it has is one number."""

    def __init__(self, entradas, ocultas, bloques):
        super().__init__()
        self.input_size, self.hidden_size = entradas, ocultas
        self.x_fc = torch.nn.Linear(entradas, bloques * ocultas)
        self.h_fc = torch.nn.Linear(ocultas, bloques * ocultas)
        with torch.no_grad():
            for parametro in self.parameters():
                parametro.fill_(ANTES)


def inicializada(notebook, name, sizes, argumentos):
    """Return the weights of a cell by name, and whether it has the parameters that it had.

    Of a function that leaves the cell alone and returns another, those of that one, and that it is so.
    """
    celda = Celda(*sizes)
    antes = dict(celda.named_parameters())
    dada = notebook[name](celda, *argumentos)
    despues = dict(celda.named_parameters())
    mismos = all(despues.get(clave) is uno and uno.requires_grad for clave, uno in antes.items())
    intacta = all(bool((uno == ANTES).all()) for uno in despues.values())
    copia = intacta and isinstance(dada, torch.nn.Module) and dada is not celda
    pesos = (dada if copia else celda).state_dict()
    return [{clave: uno.detach() for clave, uno in pesos.items()}, mismos, copia]


def xavier_uniforme_bien(notebook, name):
    """Put a right `xavier_uniforme` in place."""
    notebook[name] = lambda forma: (2 * torch.rand(forma) - 1) * (6 / sum(forma)) ** 0.5


def ortogonal_bien(notebook, name):
    """Put a right `ortogonal` in place: of a tall matrix's QR, on its short side."""

    def ortogonal(forma, ganancia=1.0):
        q = torch.linalg.qr(torch.randn(max(forma), min(forma)))[0]
        return ganancia * (q if forma[0] >= forma[1] else q.T)

    notebook[name] = ortogonal


BUILT_ON = {"xavier_uniforme": xavier_uniforme_bien, "ortogonal": ortogonal_bien}


def begun(student, name, sizes, arguments, seed):
    """Return a cell's weights by name; what it is built on is right where the student's is not.

    Raises StudentFault, Mismatch.
    """
    student.require(name)
    student.seed(seed)
    asked = {"name": name, "sizes": list(sizes), "argumentos": list(arguments)}
    wrong = {one: right for one, right in BUILT_ON.items() if student.lost(one)}
    built = name == "inicializa_lstm" and wrong
    form = answers.of(tuple[dict[str, torch.Tensor], bool, bool])
    try:
        found = student.run(inicializada, form, **asked)
    except StudentFault:
        if not built or any(student.lost_all(one) for one in wrong):
            raise
    if built:
        student.start_over()
        student.replace(wrong)
        student.seed(seed)
        found = student.run(inicializada, form, **asked)
    weights, *_ = found
    inputs, hidden, blocks = sizes
    shapes = {
        "x_fc.weight": (blocks * hidden, inputs),
        "h_fc.weight": (blocks * hidden, hidden),
        "x_fc.bias": (blocks * hidden,),
        "h_fc.bias": (blocks * hidden,),
    }
    for key, shape in shapes.items():
        require_shape(weights.get(key), shape, key)
    return found


@dataclass(frozen=True)
class Piece:
    """One thing that holds of a cell that has begun."""

    holds: Any


def require_in_place(student, bank, sizes):
    """Assert that the cell still has the parameters that it had. Raises Mismatch."""
    _, same, copied = begun(student, bank.name, sizes, (), 1)
    if same and not copied:
        return
    raise Mismatch(
        Bilingual(
            "la celda que se dio queda como estaba, y se devuelve otra"
            if copied
            else "después de inicializar, los parámetros de la celda son otros objetos",
            "the cell that was given stays as it was, and another is returned"
            if copied
            else "after initialising, the cell's parameters are other objects",
        ),
        quantity=bank.name,
        holds=lambda _: ["assert mismos and not copia"],
        misconception=bank["init.copy_begun" if copied else "init.parameters_replaced"],
    )
