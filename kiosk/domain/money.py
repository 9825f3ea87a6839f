"""Money in texts: whole fen in, yuan out. No fraction is ever kept or computed in binary."""

from fractions import Fraction


def yuan(fen: int) -> str:
    """An amount as people write it: 2345600 is ``23,456.00元``.

    Args:
        fen: not negative.
    """
    return f"{fen // 100:,}.{fen % 100:02d}元"


def percent(millionths: int) -> str:
    """A rate as people write it: 17500 is ``1.75%``.

    Args:
        millionths: not negative.
    """
    whole, rest = divmod(millionths, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def to_fen(amount: Fraction) -> int:
    """Round an exact amount to the fen; half a fen is rounded up.

    Args:
        amount: in fen, not negative.
    """
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
