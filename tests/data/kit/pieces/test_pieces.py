"""A function that is built on a function, with mistakes that are edits of their terms."""

from grader.checks.kit import Definition, Float, Over, mistake, term, times


class shares(Definition):
    inputs = {"x": Float("B N")}
    outputs = {"p": Float("B N")}
    extremes = (1e3,)

    @term(2, times(1e3, "x"))
    def shifted(x):
        return x - x.amax(-1, keepdim=True)

    @term(2)
    def powers(shifted):
        return shifted.exp()

    @term(3)
    def p(powers):
        return powers / powers.sum(-1, keepdim=True)

    mistakes = (
        mistake("shares.overflow", shifted=(" - x.amax(-1, keepdim=True)", "")),
        mistake("shares.of_the_batch", p=("sum(-1", "sum(0")),
    )


class mixed(Definition):
    layers = {"shares": Over(shares)}
    inputs = {"x": Float("B N"), "v": Float("B N V")}
    outputs = {"m": Float("B V")}
    fresh_sizes = {"V": 5}

    @term(3)
    def weights_(shares, x):
        return shares(x)

    @term(2)
    def products(weights_, v):
        return weights_[..., None] * v

    @term(3)
    def m(products):
        return products.sum(1)

    mistakes = (
        mistake("mixed.other_axis", m=("sum(1)", "sum(2)")),
        mistake("mixed.by_the_scores", products=("weights_", "x")),
    )
