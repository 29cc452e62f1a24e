"""Parts 1 and 2: numbers dropped one by one, and the same ones at all steps."""

import pytest

from grader.checks import figures
from grader.checks.figures import Row
from grader.checks.kit import Bank
from grader.core.i18n import Bilingual

from .masks import WRITTEN, Layer, Mask, of_numbers, require_own, require_same_in_time, slip


def sharing(drawn, *rows):
    """Return mistakes about what repeats: an id, the pieces, what is drawn, the check."""
    return tuple(slip(id, (drawn, new), check, **pieces) for id, pieces, new, check in rows)


DROPOUT = Bank(
    "Dropout",
    Mask(),
    *of_numbers(),
    *sharing(
        "torch.rand_like(x)",
        (
            "reg.one_mask_for_all",
            {"samples_differ": False},
            "torch.rand(x.shape[1:], device=x.device)",
            "each_apart",
        ),
        (
            "reg.features_together",
            {"features_differ": False},
            "torch.rand(*x.shape[:-1], 1, device=x.device)",
            "each_apart",
        ),
    ),
    written=WRITTEN,
)
VARIACIONAL = Bank(
    "DropoutVariacional",
    Mask(),
    *of_numbers(),
    *sharing(
        "torch.rand(x.size(0), 1, x.size(2), device=x.device)",
        ("reg.mask_per_step", {"same_in_time": False}, "torch.rand_like(x)", "same_in_time"),
        (
            "reg.one_mask_for_all",
            {"samples_differ": False},
            "torch.rand(1, 1, x.size(2), device=x.device)",
            "samples_differ",
        ),
        (
            "reg.features_together",
            {"features_differ": False},
            "torch.rand(x.size(0), 1, 1, device=x.device)",
            "features_differ",
        ),
        (
            "reg.steps_dropped",
            {"same_in_time": False, "features_differ": False},
            "torch.rand(x.size(0), x.size(1), 1, device=x.device)",
            "same_in_time",
        ),
        (
            "reg.time_for_batch",
            {"same_in_time": False, "samples_differ": False},
            "torch.rand(1, x.size(1), x.size(2), device=x.device)",
            "same_in_time",
        ),
    ),
    written=WRITTEN,
)


class TestDropout(Layer):
    pytestmark = pytest.mark.part("Dropout")
    bank = DROPOUT
    shapes = ((40, 500), (3, 4), (2, 3, 2), (5,), (1, 1))

    @pytest.mark.weight(2)
    @pytest.mark.needs("interface")
    def test_each_apart(self, student, case_seed):
        """Cada número de cada muestra se apaga por su cuenta.

        Each number of each sample is dropped by itself.
        """
        for name in ("samples_differ", "features_differ"):
            require_own(self.seen(student, case_seed), self.known(student), name)

    @pytest.mark.kind("whole")
    @pytest.mark.weight(None)
    @pytest.mark.needs("interface")
    def test_whole(self, student, case_seed):
        """Todo junto, con otra p: lo que se apaga, lo que queda, lo que se repite.

        All together, with another p: what is dropped, what is kept, what repeats.
        """
        self.require_whole(student, case_seed)


class TestDropoutVariacional(Layer):
    pytestmark = pytest.mark.part("DropoutVariacional")
    bank = VARIACIONAL
    shapes = ((40, 5, 500), (2, 3, 4), (1, 4, 2), (3, 1, 2), (1, 1, 1))

    @pytest.mark.weight(6)
    @pytest.mark.needs("interface")
    def test_same_in_time(self, student, case_seed):
        """La máscara es la misma en todos los pasos.

        The mask is the same at all steps.
        """
        seen = self.seen(student, case_seed)
        kept = seen.kept[0, 0, :, :12].double()
        figures.keep(
            student,
            figures.heat_map(
                [Row("m_t", Bilingual("lo que queda encendido", "what is kept"), kept.tolist())],
                inputs=("t", range(1, 1 + len(kept))),
                x=Bilingual("paso", "step"),
            ),
        )
        require_same_in_time(seen, self.known(student))

    @pytest.mark.weight(3)
    @pytest.mark.needs("interface")
    def test_samples_differ(self, student, case_seed):
        """Cada muestra tiene su propia máscara.

        Each sample has a mask of its own.
        """
        require_own(self.seen(student, case_seed), self.known(student), "samples_differ")

    @pytest.mark.weight(3)
    @pytest.mark.needs("interface")
    def test_features_differ(self, student, case_seed):
        """Cada característica se apaga por su cuenta.

        Each feature is dropped by itself.
        """
        require_own(self.seen(student, case_seed), self.known(student), "features_differ")

    @pytest.mark.kind("whole")
    @pytest.mark.weight(None)
    @pytest.mark.needs("interface")
    def test_whole(self, student, case_seed):
        """Todo junto, con otra p: lo que se apaga, lo que queda, lo que se repite.

        All together, with another p: what is dropped, what is kept, what repeats.
        """
        self.require_whole(student, case_seed)
