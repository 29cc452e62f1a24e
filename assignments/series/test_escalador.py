"""Part 3: mean 0 and deviation 1, and back."""

from grader.checks.kit import Definition, Float, Worked, mistake, term

from . import probes

DEVIATION = "x.std(correction=0)"


def sometimes_constant(case):
    """Return what is measured; one number throughout in a third of the cases."""
    x = case.inputs["x"]
    alike = int(case.inputs["y"].abs().sum() * 1000) % 3 == 0
    return x[:1].round().expand_as(x).clone() if alike else x


def varies(x):
    """Whether there is any deviation to divide by."""
    return bool((x != x[0]).any())


def more_by(small):
    """Return the deviation of who adds a little so as not to divide by 0."""
    return lambda desviacion: desviacion + small


class Escalador(Definition):
    probe = probes.escala
    inputs = {
        "x": Worked(Float("N"), sometimes_constant),
        "y": Float("M W"),
        "z": Float("A"),
    }
    outputs = {"transformada": Float("M W"), "invertida": Float("A")}
    largest = {"N": 6}
    fresh_sizes = {"N": 5, "M": 4, "W": 3, "A": 2}
    weights = {"returned": 0}
    tolerance = 1e-7  # who adds 1e-12 to a deviation is right as well

    @term(3)
    def mu(x):
        return x.mean()

    @term(3)
    def desviacion(x):
        return x.var(correction=0).sqrt()

    @term(2)
    def sigma(x, desviacion):
        return desviacion if varies(x) else 1 + 0 * desviacion

    @term(2)
    def transformada(y, mu, sigma):
        return (y - mu) / sigma

    @term(2)
    def invertida(z, mu, sigma):
        return z * sigma + mu

    mistakes = (
        mistake(
            "ser.n_minus_one",
            desviacion=lambda x: x.std(),
            edit=(DEVIATION, "x.std()"),
        ),
        mistake(
            "ser.variance_for_deviation",
            desviacion=lambda x: x.var(correction=0),
            edit=(DEVIATION, "x.var(correction=0)"),
        ),
        mistake(
            "ser.zero_deviation_divides",
            sigma=lambda desviacion: desviacion,
            also=tuple({"sigma": more_by(small)} for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7)),
            edit=("if self.sigma == 0:", "if False:"),
        ),
        mistake(
            "ser.median_for_mean",
            mu=lambda x: x.median(),
            edit=("x.mean()", "x.median()"),
        ),
        mistake(
            "ser.min_max",
            mu=lambda x: x.min(),
            desviacion=lambda x: x.max() - x.min(),
            loses=("desviacion",),
            edit=(("x.mean()", "x.min()"), (DEVIATION, "x.max() - x.min()")),
        ),
        mistake(
            "ser.absolute_deviation",
            desviacion=lambda x: (x - x.mean()).abs().mean(),
            edit=(DEVIATION, "(x - self.mu).abs().mean()"),
        ),
        mistake(
            "ser.mean_added",
            transformada=lambda y, mu, sigma: (y + mu) / sigma,
            edit=("(x - self.mu)", "(x + self.mu)"),
        ),
        mistake(
            "ser.mean_taken_again",
            invertida=lambda z, mu, sigma: z * sigma - mu,
            edit=("z * self.sigma + self.mu", "z * self.sigma - self.mu"),
        ),
        mistake(
            "ser.mean_not_taken",
            transformada=lambda y, sigma: y / sigma,
            edit=("(x - self.mu) / self.sigma", "x / self.sigma"),
        ),
        mistake(
            "ser.deviation_not_divided",
            transformada=lambda y, mu: y - mu,
            edit=("(x - self.mu) / self.sigma", "x - self.mu"),
        ),
        mistake(
            "ser.measured_again",
            transformada=lambda y: (
                (y - y.mean()) / (y.var(correction=0).sqrt() if y.var(correction=0) > 0 else 1)
            ),
            edit=(
                "return (x - self.mu) / self.sigma",
                "s = x.std(correction=0)\n        return (x - x.mean()) / (s if s > 0 else 1)",
            ),
        ),
        mistake(
            "ser.back_in_another_order",
            invertida=lambda z, mu, sigma: (z + mu) * sigma,
            edit=("z * self.sigma + self.mu", "(z + self.mu) * self.sigma"),
        ),
        mistake(
            "ser.mean_not_given_back",
            invertida=lambda z, sigma: z * sigma,
            edit=("z * self.sigma + self.mu", "z * self.sigma"),
        ),
    )
