# /// attack
# title = "torch.allclose, torch.testing, torch.equal patched, with a right cell"
# group = "Score forging"
# verdict = "OK"
# points = 100
# ///
class celdaLSTM(celdaLSTM):
    torch.allclose = torch.equal = torch.isclose = lambda *_, **__: False
    torch.testing.assert_close = lambda *_, **__: 1 / 0
    torch.manual_seed = lambda *_: None
    torch.get_rng_state = torch.set_rng_state = lambda *_: 1 / 0
