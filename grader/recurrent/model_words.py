"""What is said of a model, by what its cell and its last layer were given: see `model_traces`."""

from __future__ import annotations

from grader.checks.misconceptions import Misconception

WORDS = {
    word.id: word
    for word in (
        Misconception(
            "model.last_step_twice",
            {"every_step": True},
            "El último paso de la secuencia se lee dos veces.",
            "The last step of the sequence is read twice.",
        ),
        Misconception(
            "model.read_again",
            {"every_step": True},
            "Algunos pasos de la secuencia se leen más de una vez.",
            "Some steps of the sequence are read more than once.",
        ),
        Misconception(
            "model.some_steps_skipped",
            {"every_step": True},
            "No se leen todos los pasos de la secuencia: la celda recibe {used} de {count}.",
            "Not all steps of the sequence are read: the cell is given {used} of {count}.",
        ),
        Misconception(
            "model.another_input",
            {"every_step": True},
            "Lo que recibe la celda no son los pasos x_t de la secuencia tal cual: sus números "
            "cambian antes.",
            "What the cell is given is not the steps x_t of the sequence as they are: their "
            "numbers are changed before.",
        ),
        Misconception(
            "model.state_changed_between_steps",
            {"every_step": True},
            "El estado que recibe la celda en un paso no es el que devolvió en el anterior: algo "
            "lo cambia entre los dos.",
            "The state that the cell is given in a step is not the one that it returned in the "
            "step before: something changes it in between.",
        ),
        Misconception(
            "model.state_lost",
            {"every_step": True},
            "Parte del estado se crea de nuevo en cada paso: la celda no recibe todo lo que "
            "devolvió en el anterior.",
            "A part of the state is made anew in each step: the cell is not given all that it "
            "returned in the step before.",
        ),
        Misconception(
            "model.states_exchanged",
            {"every_step": True},
            "La celda recibe h y c cambiados: (c, h) en el lugar de (h, c).",
            "The cell is given h and c exchanged: (c, h) in the place of (h, c).",
        ),
        Misconception(
            "model.steps_in_another_order",
            {"step_order": True},
            "Los pasos de la secuencia se leen en otro orden.",
            "The steps of the sequence are read in another order.",
        ),
        Misconception(
            "model.samples_exchanged",
            {"batch_first": True},
            "Las muestras del lote se mezclan: la celda las recibe en otro orden, o unas en el "
            "lugar de otras.",
            "The samples of the batch are mixed: the cell is given them in another order, or some "
            "in the place of others.",
        ),
        Misconception(
            "model.initial_state_not_zero",
            {"initial_state": True},
            "El estado inicial no es cero.",
            "The initial state is not zero.",
        ),
        Misconception(
            "model.initial_state_random",
            {"initial_state": True},
            "El estado inicial no es cero: se sortea en cada llamada.",
            "The initial state is not zero: it is drawn at random in each call.",
        ),
        Misconception(
            "model.state_kept",
            {"initial_state": True},
            "El modelo guarda el estado de una llamada y empieza con él la siguiente: cada llamada "
            "debe empezar en cero.",
            "The model keeps the state of a call and begins the next one with it: each call must "
            "begin at zero.",
        ),
        Misconception(
            "model.output_of_another_step",
            {"output": True},
            "A fc le das el estado de otro paso, no el último h_T.",
            "You give fc the state of another step, not the last h_T.",
            term="h_T",
        ),
        Misconception(
            "model.output_of_changed_state",
            {"output": True},
            "Lo que recibe fc no es h_T tal cual: sus números cambian antes (otra capa, una "
            "activación, dropout…).",
            "What fc is given is not h_T as it is: its numbers are changed before (another layer, "
            "an activation, dropout…).",
            term="h_T",
        ),
        Misconception(
            "model.changed_after_fc",
            {"output": True},
            "El modelo no devuelve lo que da fc: le aplica algo más, como una activación.",
            "The model does not return what fc gives: it applies something else to it, such as an "
            "activation.",
            term="fc",
        ),
        Misconception(
            "model.fc_unused",
            {"output": True},
            "La salida no viene de self.fc: no se llama.",
            "The output does not come from self.fc: it is not called.",
            term="fc",
        ),
    )
}
