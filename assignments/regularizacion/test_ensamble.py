"""Part 12: the mean of the probabilities of several networks."""

import torch

from grader.checks.kit import Definition, Float, Many, mistake, term, times

VOTES = "[(q == q.amax(-1, keepdim=True)).to(q) for q in probabilidades]"
SOFT, MEAN = "torch.softmax(z, dim=-1)", "torch.stack(probabilidades).mean(dim=0)"


class promedia_ensamble(Definition):
    inputs = {"logits": Many(Float("B C"), "R")}
    outputs = {"media": Float("B C")}
    weights = {"interface": 0.5, "ones": 0.2}
    extremes = (1e3,)

    @term(1, times(1e3, "logits"))
    def estable(logits):
        return torch.stack(list(logits)) - torch.stack(list(logits)).amax(-1, keepdim=True)

    @term(1)
    def probabilidades(estable):
        return estable.exp() / estable.exp().sum(-1, keepdim=True)

    @term(1)
    def media(probabilidades):
        return probabilidades.mean(0)

    mistakes = (
        mistake(
            "reg.softmax_of_mean",
            probabilidades=lambda logits: torch.stack(list(logits)),
            media=lambda probabilidades: probabilidades.mean(0).softmax(-1),
            loses=("media",),
            edit=((SOFT, "z"), (MEAN, f"torch.softmax({MEAN}, dim=-1)")),
        ),
        mistake(
            "reg.mean_of_logits",
            probabilidades=lambda logits: torch.stack(list(logits)),
            edit=(SOFT, "z"),
        ),
        mistake(
            "reg.softmax_over_samples",
            probabilidades=lambda logits: torch.stack(list(logits)).softmax(1),
            edit=("dim=-1", "dim=0"),
        ),
        mistake(
            "reg.sigmoid_for_softmax",
            probabilidades=lambda logits: torch.stack(list(logits)).sigmoid(),
            edit=(SOFT, "torch.sigmoid(z)"),
        ),
        mistake(
            "reg.log_softmax",
            probabilidades=lambda logits: torch.stack(list(logits)).log_softmax(-1),
            edit=("torch.softmax", "torch.log_softmax"),
        ),
        mistake(
            "reg.exponential_overflows",
            estable=lambda logits: torch.stack(list(logits)),
            edit=(SOFT, "torch.exp(z) / torch.exp(z).sum(dim=-1, keepdim=True)"),
        ),
        mistake("reg.sum_for_mean", media=("mean", "sum"), edit=("mean(dim=0)", "sum(dim=0)")),
        mistake(
            "reg.votes",
            media=lambda probabilidades: (
                (probabilidades == probabilidades.amax(-1, keepdim=True)).double().mean(0)
            ),
            also=(
                {
                    "media": lambda probabilidades, C: (
                        torch.nn.functional.one_hot(probabilidades.argmax(-1), C).double().mean(0)
                    )
                },
            ),
            edit=(
                MEAN,
                MEAN.replace("probabilidades", VOTES),
            ),
        ),
        mistake(
            "reg.surest_alone",
            media=lambda probabilidades: probabilidades.amax(0),
            edit=("mean(dim=0)", "amax(dim=0)"),
        ),
        mistake(
            "reg.product_for_mean",
            media=lambda probabilidades: probabilidades.prod(0),
            edit=("mean(dim=0)", "prod(dim=0)"),
        ),
    )
