"""Encoders, decoders and step functions made of data, and what calls students' loops over them.

Whatever a decoder of these is given shows in what it gives, now and at all later steps: so a loop can
be read off its numbers, and played again.
"""

import math
import random

import numpy as np
import torch

SOS = 2
EOS = 3


def hecha(notebook, name, *args):
    """Return the student's own module, or a bare one where it cannot be made."""
    try:
        return notebook[name](*args)
    except Exception:  # noqa: BLE001 - students' code
        return torch.nn.Module()


def redes(notebook, lectura, tabla, saltos, mezcla, fin=0.0):
    """Return an encoder and a decoder made of tables, and the words that the latter is given."""
    visto = []

    def lee(src, _longitudes):
        hs = lectura[src] * (src != 0)[..., None]
        return hs, 0.7 * hs.sum(dim=1) + lectura[0]

    def escribe(input, hidden):
        visto.append(input)
        hidden = saltos[input] - 0.9 * hidden.roll(1, dims=-1)
        logits = tabla[input] + hidden @ mezcla.T
        logits[:, EOS] += fin
        return logits, hidden

    encoder = hecha(notebook, "Encoder", len(lectura), 2, lectura.shape[1])
    decoder = hecha(notebook, "Decoder", len(tabla), 2, lectura.shape[1])
    encoder.forward, decoder.forward = lee, escribe
    return encoder, decoder, visto


def por_muestra(visto, muestras):
    """Return the words that a decoder was given, a row each sample: all at once, or one by one."""
    if not visto:
        return torch.zeros(muestras, 1)
    if visto[0].numel() == muestras:
        return torch.stack([palabra.reshape(-1) for palabra in visto], dim=1)
    return torch.cat([palabra.reshape(-1) for palabra in visto]).reshape(muestras, -1)


def recorre(notebook, src, longitudes, trg, ratio, lectura, tabla, saltos, mezcla):
    """Return the decoder's first word, its other words, and all logits."""
    for empieza in (random.seed, np.random.seed, torch.manual_seed):
        empieza(0)
    encoder, decoder, visto = redes(notebook, lectura, tabla, saltos, mezcla)
    modelo = notebook["Seq2Seq"](encoder, decoder)
    with torch.no_grad():
        salidas = modelo(src, longitudes, trg, ratio)
    entradas = por_muestra(visto, len(trg)).to(lectura.dtype)
    return [entradas[:, 0], entradas[:, 1:], salidas]


def sorteos(notebook, veces, ratio, src, longitudes, trg, lectura, tabla, saltos, mezcla):
    """Return the second word that the decoder is given, of one sample, each time."""
    encoder, decoder, visto = redes(notebook, lectura, tabla, saltos, mezcla)
    modelo = notebook["Seq2Seq"](encoder, decoder)
    segundas = []
    with torch.no_grad():
        for _ in range(veces):
            visto.clear()
            modelo(src, longitudes, trg, ratio)
            segundas.append(int(visto[1]))
    return segundas


def en_filas(frases, ancho):
    """Return lists of words as rows, with −1 after their end."""
    listas = [[int(i) for i in frase] for frase in frases]
    ancho = max([ancho, *map(len, listas)])
    filas = [lista + [-1] * (ancho - len(lista)) for lista in listas]
    return torch.tensor(filas, dtype=torch.get_default_dtype())


def escribe_solo(notebook, src, longitudes, max_len, lectura, tabla, saltos, mezcla, fin):
    """Return what is written, a row each sentence, with −1 after its end."""
    encoder, decoder, _ = redes(notebook, lectura, tabla, saltos, mezcla, fin)
    modelo = hecha(notebook, "Seq2Seq", encoder, decoder)
    modelo.encoder, modelo.decoder = encoder, decoder
    frases = notebook["greedy_decode"](modelo, src, longitudes, int(max_len))
    return en_filas(frases, int(max_len))


def paso_de(palabras, sal, fin):
    """Return a step function made of numbers; what may follow depends on all that was written.

    Without `sal` all words are alike. `fin` makes the end more probable.
    """

    def paso(secuencia, estado):
        ids = [int(i) for i in secuencia]
        if sal is None:
            return dict.fromkeys(palabras, 1 / len(palabras)), estado
        nuevo = (7 * int(estado) + 5 * len(ids) + 3 * sum(ids) + ids[-1]) % 101
        pesos = {
            i: 0.05 + (math.sin(12.9898 * nuevo + 78.233 * i + sal) * 43758.5453) % 1
            for i in palabras
        }
        if EOS in pesos:
            pesos[EOS] *= fin
        total = sum(pesos.values())
        return {i: peso / total for i, peso in pesos.items()}, torch.tensor(float(nuevo))

    return paso


def haces(notebook, k_beam, max_longitud, palabras, sal, fin):
    """Return what a search over such a step function finds."""
    paso = paso_de(palabras, sal, fin)
    return notebook["beam_search_decoder"](torch.tensor(1.0), k_beam, max_longitud, paso)


def todos_los_haces(notebook, casos):
    """Return what a search finds in each case."""
    return [haces(notebook, **caso) for caso in casos]


def numeros(notebook, name, casos):
    """Return the number that a function gives for each of these arguments; None where it raises."""
    dados = []
    for caso in casos:
        try:
            dados.append(float(notebook[name](*caso)))
        except Exception:  # noqa: BLE001 - students' code
            dados.append(None)
    return dados


def numero(notebook, name, caso):
    """Return the number that a function gives for these arguments."""
    return float(notebook[name](*caso))
