"""A made-up village of any size, with records as rich as those of the sample roster. No person in it exists."""

from datetime import date, timedelta
from random import Random

REGION = "513022104203"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "秀英桂兰玉珍凤莲建国明华志强长庚大山小梅金花国庆春生福贵永红丽娟淑芬文军海涛德顺素云翠香"
_BANKS = ("乡村信用社", "农业银行", "邮政储蓄银行")
_HOSPITALS = ("县人民医院", "镇卫生院", "县中医院")
_HAMLETS = ("梧桐树下第二家", "老井旁边", "村小学后面", "桥头第一家", "")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def village(count: int, seed: int) -> list[dict[str, object]]:
    """Residents as a roster file holds them; the same seed gives the same people."""
    random = Random(seed)
    return [_resident(random, number) for number in range(1, count + 1)]


def _resident(random: Random, number: int) -> dict[str, object]:
    born = date(1930, 1, 1) + timedelta(days=random.randrange(29_000))
    monthly = random.randrange(16_000, 24_000, 100)
    is_old = born.year <= 1966
    pension: dict[str, object] = {
        "status": "receiving" if is_old else "enrolled",
        "since": f"{born.year + 60 if is_old else 2012}-{born.month:02d}",
        "tier_fen": random.choice([20_000, 30_000, 50_000]),
        "years_paid": random.randrange(1, 15),
        "account_fen": random.randrange(10_000, 900_000),
    }
    if is_old:
        pension["monthly_fen"] = monthly
        pension["payments"] = [
            {
                "month": f"{2026 - (month > 11)}-{(11 - month) % 12 + 1:02d}",
                "fen": monthly - (1_000 if month > 4 else 0),
                "paid_on": f"{2026 - (month > 11)}-{(11 - month) % 12 + 1:02d}-15",
            }
            for month in range(12)
        ]
    record: dict[str, object] = {
        "phone": f"139{random.randrange(10**8):08d}",
        "address": {
            "region_code": REGION,
            "group": random.randrange(1, 9),
            "detail": random.choice(_HAMLETS),
        },
        "bank": {"bank": random.choice(_BANKS), "tail": f"{random.randrange(10_000):04d}"},
        "pension": pension,
        "medical": {
            "status": "enrolled",
            "account_fen": random.randrange(40_000),
            "contributions": [
                {"year": year, "fen": fen, "subsidy_fen": subsidy}
                for year, fen, subsidy in (
                    (2026, 42_000, 70_000),
                    (2025, 40_000, 70_000),
                    (2024, 40_000, 67_000),
                )
            ],
            "reimbursements": [
                {
                    "on": f"2026-{random.randrange(1, 12):02d}-{random.randrange(1, 28):02d}",
                    "hospital": random.choice(_HOSPITALS),
                    "total_fen": random.randrange(5_000, 900_000),
                    "paid_fen": random.randrange(2_000, 400_000),
                }
                for _ in range(random.randrange(3))
            ],
        },
        "card": {
            "status": "normal",
            "valid_until": f"{2027 + number % 9}-01-31",
            "bank": random.choice(_BANKS),
        },
        "family": [
            {"name": _name(random), "citizen_id": _citizen_id(random, born), "relation": "child"}
            for _ in range(random.randrange(3))
        ],
    }
    return {
        "resident_id": f"r-{number:06d}",
        "citizen_id": _citizen_id(random, born),
        "name": _name(random),
        "region_code": REGION,
        "certified_until": f"2026-{random.randrange(1, 13):02d}-28",
        "record": record,
    }


def _name(random: Random) -> str:
    return random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.choice([1, 2, 2])))


def _citizen_id(random: Random, born: date) -> str:
    first = f"513022{born:%Y%m%d}{random.randrange(1000):03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first, strict=True))
    return first + "10X98765432"[total % 11]
