"""Parts 1 to 5: from a text to numbers and back, by tables that are read in words."""

import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from grader.checks import table
from grader.checks.kit import Bank, mistake

from . import texts

SIGNS = re.compile("([.,;:!?¿¡])")
FOUND = r're.findall(r"\w+|[.,;:!?¿¡]", texto.lower())'
SPACED = 're.sub(r"([.,;:!?¿¡])", r" \\1 ", texto.lower())'
PLAIN = '"".join(c for c in unicodedata.normalize("NFD", texto) if unicodedata.category(c) != "Mn")'
KEY, ALL = "key=lambda token: (-cuenta[token], token)", "ESPECIALES + tokens"
ENOUGH, EACH = "veces >= min_freq", "for token in tokens)"
CODE, BACK = (
    'vocab.get(token, vocab["<unk>"])',
    "{numero: token for token, numero in vocab.items()}",
)


def require(student, bank, piece):
    """Assert that a function gives what it should, all but one piece as this student has it."""
    rules = table.known(student, bank, bank.asked)
    about = rules.about(piece)
    rows = [(one, rules.but(piece).of(*one)) for one in bank.by_check[piece]]
    table.require_rows(student, bank.name, rows, misconception=about)


def require_all(student, bank, inputs):
    """Assert that a function gives what it should. What is known to be wrong is named."""
    found = table.known(student, bank, bank.asked).misconceptions
    rows = [(one, bank.right.of(*one)) for one in (*bank.asked, *inputs)]
    table.require_rows(student, bank.name, rows, misconception=found[0] if found else None)


class Table(Bank):
    """A bank of a function that is judged by a table: by check, the arguments that bring it out."""

    def __init__(self, name, right, by_check, *mistakes):
        super().__init__(name, right, *mistakes)
        self.by_check = by_check

    @property
    def asked(self):
        """All arguments of the table."""
        return [one for inputs in self.by_check.values() for one in inputs]


def slip(id, piece, change, *edits, whole=True, **more):
    """Return a mistake about one piece, which costs that and what asks for all of it."""
    loses = (piece, "whole") if whole else (piece,)
    return mistake(id, edit=edits, loses=loses, **{piece: change}, **more)


def unaccented(text):
    """Return a text without its accents, its ñ an n."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


@dataclass(frozen=True)
class Cut:
    """How a text is cut into tokens."""

    lower: Callable = str.lower
    letters: Callable = lambda text: text
    signs: Callable = lambda text: SIGNS.sub(r" \1 ", text)
    spaces: Callable = str.split

    def of(self, text):
        return self.spaces(self.signs(self.letters(self.lower(text))))


def one_by_one(*values):
    """Return a value a question."""
    return [(one,) for one in values]


TOKENIZA = Table(
    "tokeniza",
    Cut(),
    {
        "lower": one_by_one("HOLA", "La Casa ROJA"),
        "letters": one_by_one("el niño", "la mañana y el pingüino", "en 1984", "a1 canción b22"),
        "signs": one_by_one("hola, mundo.", "¿que?", "ya... no", "a;b:c", "¡no! ¿o si?", "3,5"),
        "spaces": one_by_one("", "   ", "a  b", "a\tb\nc ", "\n"),
    },
    slip("len.case_kept", "lower", lambda text: text, ("texto.lower()", "texto")),
    slip(
        "len.accents_lost",
        "letters",
        unaccented,
        ("    return", f"    import unicodedata\n    texto = {PLAIN}\n    return"),
    ),
    slip(
        "len.ascii_letters",
        "letters",
        lambda text: re.sub(r"[^a-zA-Z0-9.,;:!?¿¡]", " ", text),
        (r"\w+", "[a-z0-9]+"),
    ),
    slip(
        "len.digits_lost",
        "letters",
        lambda text: re.sub(r"\d", " ", text),
        (r"\w+", "[a-záéíóúüñ]+"),
    ),
    slip("len.signs_glued", "signs", lambda text: text, (FOUND, "texto.lower().split()")),
    slip("len.signs_lost", "signs", lambda text: SIGNS.sub(" ", text), ("|[.,;:!?¿¡]", "")),
    slip(
        "len.opening_signs_lost",
        "signs",
        lambda text: SIGNS.sub(r" \1 ", re.sub("[¿¡]", " ", text)),
        ("?¿¡]", "?]"),
        also=({"signs": lambda text: re.sub("([.,;:!?])", r" \1 ", text)},),
    ),
    slip(
        "len.signs_in_one",
        "signs",
        lambda text: re.sub("([.,;:!?¿¡]+)", r" \1 ", text),
        ("?¿¡]", "?¿¡]+"),
    ),
    slip(
        "len.empty_tokens",
        "spaces",
        lambda text: text.split(" "),
        (FOUND, f'{SPACED}.split(" ")'),
        also=({"spaces": lambda text: re.split(r"\s", text)},),
    ),
)


def counted(lists):
    """Return how often each token occurs in all texts together."""
    return Counter(token for one in lists for token in one)


def enters(enough, count=counted):
    """Return which tokens enter a vocabulary, with how often they count."""
    return lambda lists, least: {t: n for t, n in count(lists).items() if enough(n, least)}


def numbered(*specials, first=0, last=()):
    """Return the numbers of tokens, after these specials."""
    return lambda tokens: {t: n for n, t in enumerate((*specials, *tokens, *last), first)}


ENTERS, NUMBERED = enters(operator.ge), numbered(*texts.SPECIALS)


@dataclass(frozen=True)
class Numbering:
    """How a vocabulary is made: who enters, in which order, and what comes first."""

    min_freq: Callable = ENTERS
    ties: Callable = sorted
    frequency: Callable = lambda tokens, counts: sorted(tokens, key=lambda one: -counts[one])
    specials: Callable = NUMBERED

    def of(self, lists, least=1):
        counts = self.min_freq(lists, least)
        return self.specials(self.frequency(self.ties(counts), counts))


FRUIT = [["pera", "uva", "pera"], ["uva", "pera", "kiwi", "kiwi"], ["uva", "uva", "uva"]]
SIZES = [["z"] * 5, ["a"] * 2, ["m"] * 4]
BUILD_VOCAB = Table(
    "build_vocab",
    Numbering(),
    {
        "specials": [([],), ([[]],), ([["a", "a"]],), ([], 3)],
        "frequency": [([["b", "b", "a", "a", "a"]],), (SIZES,), (FRUIT,)],
        "ties": [([["d", "b", "d", "b"]],), ([["b", "c"], ["a", "c", "a", "b"], ["?", "?"]],)],
        "min_freq": [([["a", "a"], ["b"]], 2), (FRUIT, 3), (FRUIT, 4), ([["b"]],)],
    },
    *(
        slip(id, "specials", change, (ALL, edit), also=tuple({"specials": one} for one in also))
        for id, change, edit, *also in (
            ("len.no_specials", numbered(), "tokens"),
            ("len.specials_last", numbered(last=texts.SPECIALS), "tokens + ESPECIALES"),
            ("len.numbers_from_one", numbered(*texts.SPECIALS, first=1), f"{ALL}, 1"),
            (
                "len.specials_exchanged",
                numbered("<unk>", "<pad>", "<sos>", "<eos>"),
                '["<unk>", "<pad>", "<sos>", "<eos>"] + tokens',
                numbered("<pad>", "<sos>", "<eos>", "<unk>"),
                numbered("<sos>", "<eos>", "<pad>", "<unk>"),
                numbered("<sos>", "<eos>", "<unk>", "<pad>"),
            ),
        )
    ),
    slip(
        "len.rarest_first",
        "frequency",
        lambda tokens, counts: sorted(tokens, key=counts.get),
        (KEY, KEY.replace("-", "")),
    ),
    slip("len.alphabet_alone", "frequency", lambda tokens, _: tokens, (KEY, "")),
    mistake(
        "len.as_they_come",
        frequency=lambda tokens, _: tokens,
        ties=list,
        edit=(f"    tokens.sort({KEY})\n", ""),
        loses=("frequency", "whole"),
    ),
    slip("len.ties_as_they_come", "ties", list, (KEY, KEY.replace(", token)", ",)"))),
    slip(
        "len.ties_reversed",
        "ties",
        lambda tokens: sorted(tokens, reverse=True),
        (KEY, "key=lambda token: (cuenta[token], token), reverse=True"),
    ),
    *(
        slip(id, "min_freq", change, edit)
        for id, change, edit in (
            ("len.more_than_min", enters(operator.gt), (ENOUGH, ENOUGH.replace(">=", ">"))),
            ("len.min_freq_ignored", enters(lambda *_: True), (ENOUGH, "True")),
            (
                "len.counted_by_text",
                enters(operator.ge, lambda lists: counted(map(set, lists))),
                (EACH, "for token in set(tokens))"),
            ),
        )
    ),
)


@dataclass(frozen=True)
class Coding:
    """What a token in the vocabulary gives, and one that is not."""

    known_tokens: Callable = lambda token, vocab: [vocab[token]]
    unknown_tokens: Callable = lambda vocab: [vocab["<unk>"]]

    def of(self, tokens, vocab):
        each = (
            self.known_tokens(one, vocab) if one in vocab else self.unknown_tokens(vocab)
            for one in tokens
        )
        return [number for numbers in each for number in numbers]


LAST = len(texts.SPECIALS)
VOCAB = {token: n for n, token in enumerate((*texts.SPECIALS, "la", "casa", "niña", "¿"))}
SHUFFLED = {one: VOCAB[one] for one in ("casa", "<eos>", "<pad>", "la", "<unk>", "niña", "<sos>")}
CODIFICA = Table(
    "codifica",
    Coding(),
    {
        "known_tokens": [
            (["la", "casa"], VOCAB),
            ([], VOCAB),
            (["¿", "niña", "niña"], VOCAB),
            (["<sos>", "la", "<eos>", "<pad>"], VOCAB),
        ],
        "unknown_tokens": [
            (["la", "perra", "casa"], VOCAB),
            (["sol"], VOCAB),
            (["LA", "1"], VOCAB),
        ],
    },
    *(
        slip(id, "unknown_tokens", change, edit, whole=False)
        for id, change, edit in (
            (
                "len.unknown_dropped",
                lambda _: [],
                (f"{CODE} {EACH[:-1]}", f"vocab[token] {EACH[:-1]} if token in vocab"),
            ),
            (
                "len.unknown_is_padding",
                lambda vocab: [vocab["<pad>"]],
                (CODE, CODE.replace("unk", "pad")),
            ),
            ("len.unknown_is_none", lambda _: [None], (CODE, "vocab.get(token)")),
        )
    ),
)


@dataclass(frozen=True)
class Decoding:
    """What a number of the vocabulary gives, and another one."""

    known_ids: Callable = lambda number, vocab: [
        token for token, other in vocab.items() if other == number
    ]
    unknown_ids: Callable = lambda: ["<unk>"]

    def of(self, numbers, vocab):
        each = (
            self.known_ids(one, vocab) if one in vocab.values() else self.unknown_ids()
            for one in numbers
        )
        return [token for tokens in each for token in tokens]


DECODIFICA = Table(
    "decodifica",
    Decoding(),
    {
        "known_ids": [([4, 5], VOCAB), ([], VOCAB), ([2, 1, 3, 0], VOCAB), ([6, 4, 5], SHUFFLED)],
        "unknown_ids": [([4, 99, 5], VOCAB), ([12], VOCAB)],
    },
    slip(
        "len.specials_not_written",
        "known_ids",
        lambda number, vocab: [t for t, other in vocab.items() if other == number >= LAST],
        ("for numero in ids", "for numero in ids if numero > 3"),
        whole=False,
    ),
    slip(
        "len.by_place",
        "known_ids",
        lambda number, vocab: list(vocab)[number : number + 1],
        (BACK, "dict(enumerate(vocab))"),
        whole=False,
    ),
    slip(
        "len.unknown_number_dropped",
        "unknown_ids",
        list,
        ("for numero in ids", "for numero in ids if numero in tokens"),
        whole=False,
    ),
    slip("len.unknown_number_empty", "unknown_ids", lambda: [""], ('"<unk>"', '""'), whole=False),
)


@dataclass(frozen=True)
class Pairs:
    """What a model reads of a text, and what it is to predict."""

    entrada: Callable = lambda ids, sos, _: [sos, *ids]
    objetivo: Callable = lambda ids, _, eos: [*ids, eos]

    def of(self, ids, vocab):
        given = (ids, vocab["<sos>"], vocab["<eos>"])
        return [self.entrada(*given), self.objetivo(*given)]


def alone(ids, *_):
    """Return the text as it is."""
    return ids


PARES_LM = Table(
    "pares_lm",
    Pairs(),
    {
        "entrada": [([7, 5, 6], VOCAB), ([], VOCAB)],
        "objetivo": [([4], VOCAB), ([6, 6, 1, 4], VOCAB)],
    },
    slip(
        "len.not_shifted",
        "objetivo",
        Pairs.entrada,
        ('ids + [vocab["<eos>"]]', "entrada"),
        whole=False,
        also=(
            {"entrada": alone, "objetivo": alone},
            {"entrada": Pairs.objetivo},
            {
                "entrada": lambda ids, sos, eos: [sos, *ids, eos],
                "objetivo": lambda ids, sos, eos: [sos, *ids, eos],
            },
        ),
    ),
    slip("len.no_start", "entrada", alone, ('[vocab["<sos>"]] + ids', "list(ids)"), whole=False),
    slip("len.no_end", "objetivo", alone, ('ids + [vocab["<eos>"]]', "list(ids)"), whole=False),
    mistake(
        "len.pair_exchanged",
        entrada=Pairs.objetivo,
        objetivo=Pairs.entrada,
        edit=("return entrada, objetivo", "return objetivo, entrada"),
        loses=("entrada",),
    ),
)


class TestTokeniza:
    pytestmark = pytest.mark.part("tokeniza")

    @pytest.mark.weight(1)
    def test_lower(self, student):
        """Todo en minúsculas.

        All in lower case.
        """
        require(student, TOKENIZA, "lower")

    @pytest.mark.weight(2)
    def test_letters(self, student):
        """Las tildes, la ñ y las cifras se quedan, dentro de su palabra.

        Accents, ñ and digits stay, in their word.
        """
        require(student, TOKENIZA, "letters")

    @pytest.mark.weight(2)
    def test_signs(self, student):
        """Cada signo es un token: también ¿ y ¡, y cada punto de tres.

        Each sign is a token: ¿ and ¡ too, and each of three dots.
        """
        require(student, TOKENIZA, "signs")

    @pytest.mark.weight(1)
    def test_spaces(self, student):
        """Espacios y saltos de línea separan, y no dejan tokens vacíos.

        Spaces and line breaks separate, and leave no empty tokens.
        """
        require(student, TOKENIZA, "spaces")

    @pytest.mark.kind("whole")
    @pytest.mark.weight(None)
    def test_whole(self, student, case_seed):
        """Todo junto, con otras frases.

        All together, with other sentences.
        """
        drawn = Random(case_seed)  # noqa: S311 - sentences follow from the run's seed
        require_all(student, TOKENIZA, one_by_one(*(texts.awkward(drawn) for _ in range(30))))


class TestBuildVocab:
    pytestmark = pytest.mark.part("build_vocab")

    @pytest.mark.kind("form")
    @pytest.mark.weight(1)
    def test_specials(self, student):
        """Los cuatro especiales son 0, 1, 2 y 3, también sin textos; después, el 4.

        The four specials are 0, 1, 2 and 3, without texts too; then comes 4.
        """
        require(student, BUILD_VOCAB, "specials")

    @pytest.mark.weight(2)
    def test_frequency(self, student):
        """Primero los más frecuentes.

        The most frequent come first.
        """
        require(student, BUILD_VOCAB, "frequency")

    @pytest.mark.weight(1)
    def test_ties(self, student):
        """Los que empatan, por orden alfabético.

        Those that tie, in alphabetical order.
        """
        require(student, BUILD_VOCAB, "ties")

    @pytest.mark.weight(2)
    def test_min_freq(self, student):
        """Entran los que aparecen min_freq veces o más, contando todos los textos.

        Those enter that occur min_freq times or more, all texts counted.
        """
        require(student, BUILD_VOCAB, "min_freq")

    @pytest.mark.kind("whole")
    @pytest.mark.weight(None)
    def test_whole(self, student, case_seed):
        """Todo junto, con otros textos.

        All together, with other texts.
        """
        drawn = Random(case_seed)  # noqa: S311 - texts follow from the run's seed
        lists = [
            *texts.sentences(drawn, 8),
            *(tokens for tokens, _ in texts.reviews(drawn, 4)),
        ]
        require_all(
            student, BUILD_VOCAB, [(lists[:n], least) for n in (2, 12) for least in (1, 2, 3)]
        )


class TestCodifica:
    pytestmark = pytest.mark.part("codifica")

    @pytest.mark.weight(1)
    def test_known_tokens(self, student):
        """Cada token, su número.

        Each token, its number.
        """
        require(student, CODIFICA, "known_tokens")

    @pytest.mark.weight(1)
    def test_unknown_tokens(self, student):
        """Un token que no está en el vocabulario es <unk>.

        A token that is not in the vocabulary is <unk>.
        """
        require(student, CODIFICA, "unknown_tokens")


class TestDecodifica:
    pytestmark = pytest.mark.part("decodifica")

    @pytest.mark.weight(1)
    def test_known_ids(self, student):
        """Cada número, su token, también los especiales.

        Each number, its token; the specials too.
        """
        require(student, DECODIFICA, "known_ids")

    @pytest.mark.weight(1)
    def test_unknown_ids(self, student):
        """Un número que no está en el vocabulario es <unk>.

        A number that is not in the vocabulary is <unk>.
        """
        require(student, DECODIFICA, "unknown_ids")


class TestParesLm:
    pytestmark = pytest.mark.part("pares_lm")

    @pytest.mark.weight(1)
    def test_entrada(self, student):
        """La entrada: <sos> y el texto.

        The input: <sos> and the text.
        """
        require(student, PARES_LM, "entrada")

    @pytest.mark.weight(2)
    def test_objetivo(self, student):
        """El objetivo: lo que viene después en cada paso, y al final <eos>.

        The target: what comes next at each step, and <eos> at the end.
        """
        require(student, PARES_LM, "objetivo")
