"""What is said of a training loop, by what it did: `{…}` is filled in by `training_findings`."""

from __future__ import annotations

from grader.checks.misconceptions import Misconception

WORDS = {
    word.id: word
    for word in (
        Misconception(
            "training.no_zero_grad",
            {"zero_grad": True},
            "Los gradientes de un lote se suman a los de los anteriores: PyTorch los acumula hasta "
            "que se borran.",
            "A batch's gradients are added to those of the batches before: PyTorch accumulates "
            "them until they are cleared.",
        ),
        Misconception(
            "training.zero_grad_sometimes",
            {"zero_grad": True},
            "Los gradientes no se borran en todos los lotes: en algunos, los de un lote anterior, "
            "que ya se usaron, se suman a los nuevos.",
            "The gradients are not cleared in every batch: in some, those of an earlier batch, "
            "which were used already, are added to the new ones.",
        ),
        Misconception(
            "training.zero_grad_after_backward",
            {"zero_grad": True},
            "zero_grad() se llama entre backward() y optimizer.step(): el paso se da con los "
            "gradientes ya borrados.",
            "zero_grad() is called between backward() and optimizer.step(): the step is taken with "
            "gradients that are cleared already.",
        ),
        Misconception(
            "training.nothing_learned",
            {"step": True},
            "Ningún parámetro cambia: el optimizador no da ningún paso.",
            "No parameter changes: the optimizer takes no step.",
        ),
        Misconception(
            "training.steps_by_hand",
            {"step": True},
            "optimizer.step() no se llama nunca: los parámetros se cambian a mano, y no como lo "
            "haría el optimizador que recibes.",
            "optimizer.step() is never called: the parameters are changed by hand, and not as the "
            "optimizer that you are given would.",
        ),
        Misconception(
            "training.another_optimizer",
            {"step": True},
            "Los pasos los da otro optimizador ({kind}), no el que recibes en optimizer: ¿creas "
            "uno dentro de la función o del bucle?",
            "The steps are taken by another optimizer ({kind}), not by the one that you are given "
            "as optimizer: do you create one inside the function or the loop?",
        ),
        Misconception(
            "training.step_before_backward",
            {"step": True},
            "optimizer.step() se llama antes que backward(): el paso de cada lote se da sin sus "
            "gradientes.",
            "optimizer.step() is called before backward(): each batch's step is taken without its "
            "gradients.",
        ),
        Misconception(
            "training.step_after_the_loop",
            {"step": True},
            "optimizer.step() se llama una sola vez, después del último lote: el paso está fuera "
            "del bucle, y debe haber uno por lote.",
            "optimizer.step() is called only once, after the last batch: the step is outside the "
            "loop, and there must be one for each batch.",
        ),
        Misconception(
            "training.one_step_for_all",
            {"step": True},
            "optimizer.step() se llama una sola vez, con los gradientes de todos los lotes "
            "sumados: debe haber un backward() y un paso por lote.",
            "optimizer.step() is called only once, with the gradients of all batches added: there "
            "must be a backward() and a step for each batch.",
        ),
        Misconception(
            "training.step_repeated",
            {"step": True},
            "optimizer.step() se llama {times} veces por lote: debe llamarse una.",
            "optimizer.step() is called {times} times for each batch: it must be called once.",
        ),
        Misconception(
            "training.steps_too_many",
            {"step": True},
            "optimizer.step() se llama más veces que backward(): debe haber un paso por lote, "
            "después de su backward().",
            "optimizer.step() is called more often than backward(): there must be one step for "
            "each batch, after its backward().",
        ),
        Misconception(
            "training.steps_missing",
            {"step": True},
            "optimizer.step() no se llama en todos los lotes: los gradientes de algunos no llegan "
            "a usarse, o se usan con los de otros.",
            "optimizer.step() is not called in every batch: the gradients of some are never used, "
            "or are used together with others.",
        ),
        Misconception(
            "training.clipped",
            {"step": True},
            "Los gradientes se recortan ({how}) entre backward y el paso del optimizador "
            "(clip_grad_norm_, clip_grad_value_ o algo parecido): el paso ya no es el del "
            "gradiente, y aquí no se pide.",
            "The gradients are clipped ({how}) between backward and the optimizer's step "
            "(clip_grad_norm_, clip_grad_value_ or the like): the step is no longer the "
            "gradient's, and it is not asked for here.",
        ),
        Misconception(
            "training.gradients_rescaled",
            {"step": True},
            "Entre backward() y optimizer.step() los gradientes se multiplican por {factor}.",
            "Between backward() and optimizer.step() the gradients are multiplied by {factor}.",
        ),
        Misconception(
            "training.gradients_changed",
            {"step": True},
            "Entre backward() y optimizer.step() los gradientes cambian: el paso ya no es el de la "
            "pérdida.",
            "The gradients change between backward() and optimizer.step(): the step is no longer "
            "that of the loss.",
        ),
        Misconception(
            "training.another_rate",
            {"step": True},
            "Los pasos son {factor} veces los que daría el optimizador que recibes: ¿cambias su "
            "tasa de aprendizaje?",
            "The steps are {factor} times those of the optimizer that you are given: do you change "
            "its learning rate?",
        ),
        Misconception(
            "training.step_changed",
            {"step": True},
            "Los pasos no son los que daría el optimizador que recibes: ¿cambias alguna de sus "
            "opciones?",
            "The steps are not those of the optimizer that you are given: do you change one of its "
            "options?",
        ),
        Misconception(
            "training.parameters_replaced",
            {"step": True},
            "Los parámetros del modelo cambian antes del primer lote: debe entrenarse el modelo "
            "como se recibe, y solo optimizer.step() cambia sus parámetros.",
            "The model's parameters are changed before the first batch: the model must be trained "
            "as it is given, and only optimizer.step() changes its parameters.",
        ),
        Misconception(
            "training.parameters_moved",
            {"step": True},
            "Algo más que optimizer.step() cambia los parámetros del modelo.",
            "Something else than optimizer.step() changes the model's parameters.",
        ),
        Misconception(
            "training.no_train_mode",
            {"train_mode": True},
            "El modelo llega en modo de evaluación y así se entrena: falta ponerlo en modo de "
            "entrenamiento.",
            "The model arrives in evaluation mode and is trained in that mode: put it into "
            "training mode first.",
        ),
        Misconception(
            "training.eval_mode_inside",
            {"train_mode": True},
            "El modelo no está en modo de entrenamiento en todos los lotes: algo cambia su modo "
            "dentro del bucle.",
            "The model is not in training mode in every batch: something changes its mode inside "
            "the loop.",
        ),
        Misconception(
            "training.own_loss",
            {"loss_function": True},
            "La pérdida no es la función que recibes en loss_function, sino siempre el error "
            "cuadrático medio.",
            "The loss is not the function that you are given as loss_function, but always the mean "
            "squared error.",
        ),
        Misconception(
            "training.own_loss_of_another_kind",
            {"loss_function": True},
            "Lo que se retropropaga no es lo que da la función que recibes en loss_function.",
            "What is backpropagated is not what the function gives that you are given as "
            "loss_function.",
        ),
        Misconception(
            "training.loss_divided_by_batch",
            {"loss": True},
            "Divides la pérdida del lote entre su tamaño antes de backward, pero ya era una media.",
            "You divide the batch's loss by its size before backward, but it was already a mean.",
        ),
        Misconception(
            "training.loss_times_batch",
            {"loss": True},
            "Multiplicas la pérdida del lote por su tamaño antes de backward.",
            "You multiply the batch's loss by its size before backward.",
        ),
        Misconception(
            "training.loss_divided_by_batches",
            {"loss": True},
            "Divides la pérdida del lote entre el número de lotes antes de backward.",
            "You divide the batch's loss by the number of batches before backward.",
        ),
        Misconception(
            "training.loss_negative",
            {"loss": True},
            "La pérdida se retropropaga con el signo cambiado: cada paso la hace mayor.",
            "The loss is backpropagated with its sign changed: each step makes it larger.",
        ),
        Misconception(
            "training.loss_rescaled",
            {"loss": True},
            "La pérdida se multiplica por {factor} antes de backward.",
            "The loss is multiplied by {factor} before backward.",
        ),
        Misconception(
            "training.loss_changed",
            {"loss": True},
            "La pérdida se transforma antes de backward, en cada lote de otra manera.",
            "The loss is transformed before backward, in each batch in another way.",
        ),
        Misconception(
            "training.loss_of_more",
            {"loss": True},
            "A la pérdida del lote se le suma otro término antes de backward.",
            "Another term is added to the batch's loss before backward.",
        ),
        Misconception(
            "training.loss_of_parameters",
            {"loss": True},
            "A la pérdida del lote se le suma un término que depende de los parámetros.",
            "A term that depends on the parameters is added to the batch's loss.",
        ),
        Misconception(
            "training.backward_again",
            {"loss": True},
            "backward() pasa {times} veces por el mismo lote: su gradiente cuenta más de una vez.",
            "backward() goes {times} times through the same batch: its gradient counts more than "
            "once.",
        ),
        Misconception(
            "training.shapes_broadcast",
            {"shapes": True},
            "La salida es (B, 1) y las etiquetas (B,): su diferencia es (B, B), cada predicción "
            "contra todas las etiquetas.",
            "The output is (B, 1) and the labels are (B,): their difference is (B, B), each "
            "prediction against all labels.",
        ),
        Misconception(
            "training.output_changed",
            {"shapes": True},
            "Lo que se compara con las etiquetas no es la salida del modelo tal cual: entre una "
            "cosa y otra sus números cambian.",
            "What is compared with the labels is not the model's output as it is: in between, its "
            "numbers change.",
        ),
        Misconception(
            "training.labels_in_another_order",
            {"shapes": True},
            "Las etiquetas están en otro orden que las secuencias.",
            "The labels are in another order than the sequences.",
        ),
        Misconception(
            "training.labels_changed",
            {"shapes": True},
            "Lo que se compara con la salida no son las etiquetas del lote tal cual.",
            "What is compared with the output is not the batch's labels as they are.",
        ),
        Misconception(
            "training.only_first_batch",
            {"every_batch": True},
            "Solo se entrena con el primer lote: ¿hay un return o un break dentro del bucle?",
            "Only the first batch is used for training: is there a return or a break inside the "
            "loop?",
        ),
        Misconception(
            "training.only_last_batch",
            {"every_batch": True},
            "Solo se entrena con el último lote: ¿hay líneas fuera del bucle que deberían estar "
            "dentro?",
            "Only the last batch is used for training: are there lines outside the loop that "
            "should be inside?",
        ),
        Misconception(
            "training.first_batch_skipped",
            {"every_batch": True},
            "El primer lote no se usa.",
            "The first batch is left out.",
        ),
        Misconception(
            "training.last_batch_skipped",
            {"every_batch": True},
            "El último lote, que es más pequeño, no se usa.",
            "The last batch, which is smaller, is left out.",
        ),
        Misconception(
            "training.some_batches_skipped",
            {"every_batch": True},
            "No se usan todos los lotes.",
            "Not all batches are used.",
        ),
        Misconception(
            "training.several_epochs",
            {"every_batch": True},
            "Los datos se recorren {times} veces: una llamada es una sola época.",
            "The data is gone through {times} times: one call is a single epoch.",
        ),
        Misconception(
            "training.same_batch",
            {"every_batch": True},
            "Todos los pasos se dan con el mismo lote.",
            "All steps are taken with the same batch.",
        ),
        Misconception(
            "training.batches_in_another_order",
            {"every_batch": True},
            "Los lotes se usan en otro orden que el de data_loader.",
            "The batches are used in another order than that of data_loader.",
        ),
        Misconception(
            "training.batches_used_again",
            {"every_batch": True},
            "Algunos lotes se usan más de una vez.",
            "Some batches are used more than once.",
        ),
        Misconception(
            "training.part_of_a_batch",
            {"every_batch": True},
            "Al modelo solo le llega una parte de las secuencias del lote.",
            "The model is given only a part of the batch's sequences.",
        ),
        Misconception(
            "training.other_inputs",
            {"every_batch": True},
            "Lo que recibe el modelo no son las secuencias del lote tal cual: sus números o su "
            "orden cambian.",
            "What the model is given is not the batch's sequences as they are: their numbers or "
            "their order change.",
        ),
    )
}

NO_GRADIENT = Misconception(
    "training.no_gradient",
    {},
    "Ningún gradiente llega a los parámetros del modelo que recibes: ¿falta backward, hay un "
    "detach o un no_grad, o entrenas otro modelo, como una copia?",
    "No gradient reaches the parameters of the model that you are given: is backward missing, is "
    "there a detach or no_grad, or do you train another model, such as a copy?",
)
