"""De secuencia a secuencia, en un archivo."""

import math
import random
from collections import Counter

import torch


PAD, UNK, SOS, EOS = 0, 1, 2, 3

SIMBOLOS = 5             # letras distintas de las palabras que se dan la vuelta
LONGITUD = 4             # letras que caben en una palabra, 2 como poco
EMB_DIM = 16
HID_DIM = 32             # H
TAM_BATCH = 48           # B
PASOS = 200              # pasos de Adam

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Encoder(torch.nn.Module):
    """Lee las frases de un lote."""

    def __init__(self, vocab_len, emb_dim, hid_dim):
        super().__init__()
        # self.embedding: de vocab_len números de palabra a emb_dim
        # self.rnn: una GRUCell de emb_dim a hid_dim
        self.embedding = torch.nn.Embedding(vocab_len, emb_dim)
        self.rnn = torch.nn.GRUCell(emb_dim, hid_dim)

    def forward(self, src, longitudes):
        """De src (B, N) y longitudes (B,) a (hs, h)."""
        # hs (B, N, H): el estado de cada palabra, ceros en el relleno
        # h (B, H): el estado de cada frase después de su última palabra
        emb = self.embedding(src)                                      # (B, N, emb_dim)
        h = emb.new_zeros(src.size(0), self.rnn.hidden_size)           # (B, H)
        hs = []
        for t in range(src.size(1)):
            real = (t < longitudes).unsqueeze(1)                       # (B, 1)
            h = torch.where(real, self.rnn(emb[:, t], h), h)           # (B, H)
            hs.append(h * real)                                        # (B, H)
        return torch.stack(hs, dim=1), h


class Decoder(torch.nn.Module):
    """Da un paso: de la palabra anterior a los logits de la siguiente."""

    def __init__(self, output_dim, emb_dim, hid_dim):
        super().__init__()
        # self.embedding: de output_dim números de palabra a emb_dim
        # self.rnn: una GRUCell de emb_dim a hid_dim      self.fc_out: de hid_dim a output_dim
        self.embedding = torch.nn.Embedding(output_dim, emb_dim)
        self.rnn = torch.nn.GRUCell(emb_dim, hid_dim)
        self.fc_out = torch.nn.Linear(hid_dim, output_dim)

    def forward(self, input, hidden):
        """De input (B,) y hidden (B, H) a (logits, hidden): (B, output_dim) y (B, H)."""
        emb = self.embedding(input)                                    # (B, emb_dim)
        s = self.rnn(emb, hidden)                                      # (B, H)
        logits = self.fc_out(s)                                        # (B, output_dim)
        return logits, s


class Seq2Seq(torch.nn.Module):
    """Lee con un codificador y escribe con un decodificador."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, src, longitudes, trg, teacher_forcing_ratio=0.5):
        """Los logits (B, T', V) de cada posición de trg (B, T'); la fila 0, de ceros."""
        hs, hidden = self.encoder(src, longitudes)                     # hidden (B, H)
        input = trg[:, 0]                                              # (B,)
        filas = []
        for t in range(1, trg.size(1)):
            logits, hidden = self.decoder(input, hidden)               # (B, V), (B, H)
            filas.append(logits)
            forzar = random.random() < teacher_forcing_ratio
            input = trg[:, t] if forzar else logits.argmax(dim=-1)     # (B,)
        return torch.stack([torch.zeros_like(logits), *filas], dim=1)  # (B, T', V)


def perdida_seq2seq(outputs, trg):
    """Entropía cruzada media de las palabras reales.

    outputs  (B, T', V) logits      trg  (B, T') int64
    """
    predichos = outputs[:, 1:].flatten(0, 1)                           # (B (T'-1), V)
    objetivos = trg[:, 1:].flatten()                                   # (B (T'-1),)
    return torch.nn.functional.cross_entropy(predichos, objetivos, ignore_index=PAD)


def greedy_decode(modelo, src, longitudes, max_len):
    """Lo que escribe el modelo eligiendo siempre la palabra de mayor logit.

    src  (B, N)      longitudes  (B,)
    Devuelve B listas de enteros: sin <sos>, y cortadas antes de su primer <eos>.
    """
    with torch.no_grad():
        hs, hidden = modelo.encoder(src, longitudes)
        input = torch.full_like(src[:, 0], SOS)                        # (B,)
        escrito = []
        for _ in range(max_len):
            logits, hidden = modelo.decoder(input, hidden)             # (B, V), (B, H)
            input = logits.argmax(dim=-1)                              # (B,)
            escrito.append(input)
    frases = torch.stack(escrito, dim=1).tolist()                      # B listas de max_len
    return [frase[: frase.index(EOS)] if EOS in frase else frase for frase in frases]


def beam_search_decoder(
    estado_inicial_decoder, k_beam, max_longitud_secuencia, funcion_paso_modelo
):
    """Las k_beam mejores secuencias que encuentra la búsqueda en haz.

    funcion_paso_modelo(secuencia, estado) -> ({palabra: probabilidad}, estado nuevo)
    Devuelve pares (secuencia, log_prob), de mejor a peor; cada secuencia empieza por SOS.
    """
    haces = [([SOS], 0.0, estado_inicial_decoder)]
    for _ in range(max_longitud_secuencia):
        candidatas = []
        for secuencia, puntaje, estado in haces:
            if secuencia[-1] == EOS:
                candidatas.append((secuencia, puntaje, estado))
                continue
            probabilidades, nuevo = funcion_paso_modelo(secuencia, estado)
            for palabra, p in probabilidades.items():
                candidatas.append((secuencia + [palabra], puntaje + math.log(p), nuevo))
        candidatas.sort(key=lambda hipotesis: hipotesis[1], reverse=True)
        haces = candidatas[:k_beam]
    return [(secuencia, puntaje) for secuencia, puntaje, _ in haces]


def calculate_bleu_score(candidata, referencias, n=4):
    """BLEU de una candidata, con n-gramas de 1 a n, recorte y penalización por brevedad."""
    suma = 0.0
    for m in range(1, n + 1):
        cuenta = Counter(tuple(candidata[i : i + m]) for i in range(len(candidata) - m + 1))
        tope = Counter()
        for referencia in referencias:
            tope |= Counter(tuple(referencia[i : i + m]) for i in range(len(referencia) - m + 1))
        aciertos = sum(min(veces, tope[grama]) for grama, veces in cuenta.items())
        if aciertos == 0:
            return 0.0
        suma += math.log(aciertos / sum(cuenta.values()))
    c = len(candidata)
    r = min((len(referencia) for referencia in referencias), key=lambda largo: (abs(largo - c), largo))
    brevedad = 1.0 if c >= r else math.exp(1 - r / c)
    return brevedad * math.exp(suma / n)


def coincidencia_exacta(candidatas, referencias):
    """La proporción de candidatas que son iguales a su referencia."""
    iguales = [list(c) == list(r) for c, r in zip(candidatas, referencias)]
    return sum(iguales) / len(iguales)


if __name__ == "__main__":
    modelo = Seq2Seq(Encoder(9, 2, 4), Decoder(9, 2, 4))
    print(greedy_decode(modelo, torch.tensor([[4, 5]]), torch.tensor([2]), 5))
