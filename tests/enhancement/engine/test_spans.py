import pytest

from enhancement.engine.spans import Piece, Span, spans

CASES = [(side, edge, margin, align) for side in (1, 63, 64, 65, 100, 257, 1000) for edge, margin, align in (
    (64, 5, 1), (64, 0, 1), (32, 34, 1), (64, 16, 2), (48, 8, 4),
)]  # fmt: skip


@pytest.mark.parametrize(("side", "edge", "margin", "align"), CASES)
def test_every_pixel_is_kept_once_and_seen_with_its_margin(side, edge, margin, align):
    made = spans(side, edge, margin, align)
    assert [pixel for span in made for pixel in range(*span.kept)] == list(range(side))
    for span in made:
        assert span.seen[0] <= max(0, span.kept[0] - margin)
        assert span.seen[1] >= min(side, span.kept[1] + margin)
        assert span.seen[0] % align == 0


@pytest.mark.parametrize(("side", "edge", "margin", "align"), CASES)
def test_no_window_is_longer_than_asked_for_and_all_are_alike(side, edge, margin, align):
    lengths = {span.seen[1] - span.seen[0] for span in spans(side, edge, margin, align)}
    assert max(lengths) < edge + 2 * margin + align
    assert max(lengths) - min(lengths) < align


def test_two_windows_share_their_margin():
    assert spans(1024, 512, 34) == [Span((0, 546), (0, 512)), Span((478, 1024), (512, 1024))]


def test_a_piece_in_smaller_ones_is_still_whole():
    rows, columns = spans(200, 100, 6)[1], spans(300, 100, 6)[1]
    smaller = list(Piece(rows, columns).cut(16, 6, (200, 300)))
    assert sum(piece.pixels for piece in smaller) == Piece(rows, columns).pixels
    assert max(piece.edge for piece in smaller) == 16
    for piece in smaller:
        assert [part.start for part in piece.inner] == [
            span.kept[0] - span.seen[0] for span in (piece.rows, piece.columns)
        ]
