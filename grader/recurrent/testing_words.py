"""What is said of a test loop, by what it did and returns."""

from __future__ import annotations

from grader.checks.misconceptions import Misconception
from grader.recurrent.testing_equations import BANK

WORDS = {
    word.id: word
    for word in (
        *BANK,
        Misconception(
            "testing.train_mode_inside",
            {"eval_mode": True},
            "El modelo no está en modo de evaluación en todos los lotes: algo cambia su modo "
            "dentro del bucle.",
            "The model is not in evaluation mode in every batch: something changes its mode "
            "inside the loop.",
        ),
        Misconception(
            "testing.own_loss_of_another_kind",
            {"loss_function": True},
            "La pérdida no es la función que recibes en loss_function: no se llama en todos "
            "los lotes.",
            "The loss is not the function that you are given as loss_function: it is not "
            "called in every batch.",
        ),
        Misconception(
            "testing.output_changed",
            {"shapes": True},
            "Lo que recibe loss_function no es la salida del modelo tal cual: entre una cosa "
            "y otra sus números cambian.",
            "What loss_function is given is not the model's output as it is: in between, its "
            "numbers change.",
        ),
        Misconception(
            "testing.labels_in_another_order",
            {"shapes": True},
            "En la pérdida, las etiquetas están en otro orden que las secuencias.",
            "In the loss, the labels are in another order than the sequences.",
        ),
        Misconception(
            "testing.labels_changed",
            {"shapes": True},
            "Lo que recibe loss_function no son las etiquetas del lote tal cual.",
            "What loss_function is given is not the batch's labels as they are.",
        ),
        Misconception(
            "testing.only_first_batch",
            {"loss": True},
            "Solo se prueba con el primer lote: ¿hay un return o un break dentro del bucle?",
            "Only the first batch is tested: is there a return or a break inside the loop?",
        ),
        Misconception(
            "testing.only_last_batch",
            {"loss": True},
            "Solo se prueba con el último lote.",
            "Only the last batch is tested.",
        ),
        Misconception(
            "testing.first_batch_skipped",
            {"loss": True},
            "El primer lote no se prueba.",
            "The first batch is left out.",
        ),
        Misconception(
            "testing.last_batch_skipped",
            {"loss": True},
            "El último lote, que es más pequeño, no se prueba.",
            "The last batch, which is smaller, is left out.",
        ),
        Misconception(
            "testing.some_batches_skipped",
            {"loss": True},
            "No se prueba con todos los lotes.",
            "Not all batches are tested.",
        ),
        Misconception(
            "testing.same_batch",
            {"loss": True},
            "Se prueba siempre con el mismo lote.",
            "It is always the same batch that is tested.",
        ),
        Misconception(
            "testing.batches_used_again",
            {"loss": True},
            "Algunos lotes cuentan más de una vez.",
            "Some batches count more than once.",
        ),
        Misconception(
            "testing.other_inputs",
            {"loss": True},
            "Lo que recibe el modelo no son las secuencias del lote tal cual.",
            "What the model is given is not the batch's sequences as they are.",
        ),
        Misconception(
            "testing.part_of_a_batch",
            {"loss": True},
            "Al modelo solo le llega una parte de las secuencias del lote.",
            "The model is given only a part of the batch's sequences.",
        ),
        Misconception(
            "testing.loss_of_first_batch",
            {"loss": True},
            "Devuelves la pérdida del primer lote, no la de todo el conjunto.",
            "You return the loss of the first batch, not of the whole set.",
        ),
        Misconception(
            "testing.loss_not_divided",
            {"loss": True},
            "Sumas las pérdidas por muestra de los lotes y no divides entre el número de muestras.",
            "You add the batches' losses, each times its size, and do not divide by the "
            "number of samples.",
        ),
        Misconception(
            "testing.loss_by_batches",
            {"loss": True},
            "Multiplicas la pérdida de cada lote por su tamaño y divides entre el número de "
            "lotes, no entre el de muestras.",
            "You multiply each batch's loss by its size and divide by the number of batches, "
            "not of samples.",
        ),
        Misconception(
            "testing.loss_overwritten",
            {"loss": True},
            "La pérdida acumulada se sobrescribe en cada lote: solo queda la del último, "
            "dividida entre todas las muestras.",
            "The loss that you add up is overwritten in each batch: only the last one is "
            "left, divided by all samples.",
        ),
        Misconception(
            "testing.loss_running_mean",
            {"loss": True},
            "Promedias la pérdida de cada lote con la media de los anteriores: los últimos "
            "lotes pesan de más.",
            "You average each batch's loss with the mean of those before: the last batches "
            "count too much.",
        ),
        Misconception(
            "testing.loss_root",
            {"loss": True},
            "Devuelves la raíz de la pérdida media.",
            "You return the square root of the mean loss.",
        ),
        Misconception(
            "testing.loss_of_full_batches",
            {"loss": True},
            "Cuentas todos los lotes como si fueran del mismo tamaño, y el último es más pequeño.",
            "You count all batches as if they had the same size, and the last one is smaller.",
        ),
        Misconception(
            "testing.loss_unlike_batches",
            {"loss": True},
            "Lo que da loss_function en cada lote está bien, pero la pérdida que devuelves no"
            " es su media por muestra.",
            "What loss_function gives for each batch is right, but the loss that you return "
            "is not their mean over samples.",
        ),
        Misconception(
            "testing.accuracy_of_last_batch",
            {"accuracy": True},
            "Devuelves la exactitud del último lote, no la de todo el conjunto.",
            "You return the accuracy of the last batch, not of the whole set.",
        ),
        Misconception(
            "testing.accuracy_of_first_batch",
            {"accuracy": True},
            "Devuelves la exactitud del primer lote, no la de todo el conjunto.",
            "You return the accuracy of the first batch, not of the whole set.",
        ),
        Misconception(
            "testing.accuracy_counted",
            {"accuracy": True},
            "Devuelves cuántas muestras se aciertan, sin dividir entre el número de muestras.",
            "You return how many samples are right, without dividing by the number of samples.",
        ),
        Misconception(
            "testing.accuracy_summed",
            {"accuracy": True},
            "Sumas las exactitudes de los lotes y no divides.",
            "You add the batches' accuracies and do not divide.",
        ),
        Misconception(
            "testing.accuracy_overwritten",
            {"accuracy": True},
            "Los aciertos se sobrescriben en cada lote: solo quedan los del último, divididos"
            " entre todas las muestras.",
            "The right answers are overwritten in each batch: only those of the last one are "
            "left, divided by all samples.",
        ),
        Misconception(
            "testing.accuracy_of_wrong",
            {"accuracy": True},
            "Devuelves la fracción de errores, no la de aciertos.",
            "You return the fraction that is wrong, not the one that is right.",
        ),
        Misconception(
            "testing.accuracy_of_full_batches",
            {"accuracy": True},
            "Cuentas todos los lotes como si fueran del mismo tamaño, y el último es más pequeño.",
            "You count all batches as if they had the same size, and the last one is smaller.",
        ),
        Misconception(
            "testing.accuracy_truncated",
            {"accuracy": True},
            "La salida se trunca en vez de redondearse antes de compararla con las etiquetas.",
            "The output is truncated instead of rounded before it is compared with the labels.",
        ),
        Misconception(
            "testing.accuracy_rounded_up",
            {"accuracy": True},
            "La salida se redondea siempre hacia arriba antes de compararla con las etiquetas.",
            "The output is always rounded up before it is compared with the labels.",
        ),
        Misconception(
            "testing.accuracy_not_rounded",
            {"accuracy": True},
            "La salida se compara con las etiquetas sin redondearla: casi nunca es igual.",
            "The output is compared with the labels without rounding it: it is hardly ever equal.",
        ),
        Misconception(
            "testing.accuracy_of_a_margin",
            {"accuracy": True},
            "Cuenta como acierto una salida a más de medio punto de la etiqueta, o solo una "
            "mucho más cercana: debe contar la que se redondea a ella.",
            "An output counts as right that is more than a half from the label, or only one "
            "that is much nearer: it is to count if it rounds to the label.",
        ),
        Misconception(
            "testing.accuracy_all_pairs",
            {"accuracy": True},
            "Al contar aciertos, cada salida se compara con todas las etiquetas del lote: (B,"
            " 1) con (B,) da (B, B).",
            "When right answers are counted, each output is compared with all labels of the "
            "batch: (B, 1) with (B,) gives (B, B).",
        ),
        Misconception(
            "testing.accuracy_of_classes",
            {"accuracy": True},
            "La salida es un solo número por muestra: argmax o un umbral no dicen cuántos "
            "unos hay.",
            "The output is a single number for each sample: argmax or a threshold does not "
            "say how many ones there are.",
        ),
        Misconception(
            "testing.accuracy_unlike_outputs",
            {"accuracy": True},
            "Las salidas del modelo están bien, pero la exactitud que devuelves no es la "
            "fracción de ellas que acierta al redondearse.",
            "The model's outputs are right, but the accuracy that you return is not the "
            "fraction of them that is right when rounded.",
        ),
    )
}
