from pathlib import Path

import pytest

from kiosk.config import KioskConfig, load_config, parse_config
from kiosk.errors import ConfigError


def faults_of(text: str, tmp_path: Path) -> tuple[str, ...]:
    file = tmp_path / "kiosk.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    return caught.value.faults


def test_defaults_hold_when_nothing_is_set() -> None:
    assert parse_config({}) == KioskConfig()


def test_values_are_taken_when_the_file_is_right(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text('[site]\nname = "张村服务站"\n[screen]\ndiagonal_in = 15\n', "utf-8")
    config = load_config(file)
    assert (config.site.name, config.screen.diagonal_in) == ("张村服务站", 15.0)


def test_library_default_threshold_is_refused_because_it_accepts_strangers(tmp_path: Path) -> None:
    (fault,) = faults_of("[identity]\nface_threshold = 0.6\n", tmp_path)
    assert fault.startswith("identity.face_threshold：应当在")


def test_every_fault_is_said_at_once_with_a_suggestion(tmp_path: Path) -> None:
    faults = faults_of(
        '[sitte]\nx = 1\n[site]\nnam = "x"\n[sync]\ninterval_s = "often"\n[screen]\nis_full_screen = 1\n',
        tmp_path,
    )
    assert len(faults) == 4
    assert "是不是要写 site？" in faults[0]
    assert "是不是要写 name？" in faults[1]


@pytest.mark.parametrize(
    "url",
    ["http://centre.example", "ftp://127.0.0.1", "centre.example", "http://127.0.0.1.example"],
)
def test_centre_is_refused_when_personal_data_would_travel_in_the_open(url: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        parse_config({"sync": {"centre_url": url}})


def test_clear_fault_when_the_file_is_not_toml_or_missing(tmp_path: Path) -> None:
    assert "不是正确的 TOML" in faults_of("[site\n", tmp_path)[0]
    with pytest.raises(ConfigError, match="读不出来"):
        load_config(tmp_path / "none.toml")


def test_unprovisioned_device_is_told_the_command() -> None:
    with pytest.raises(ConfigError, match="xianglin provision"):
        KioskConfig().assert_provisioned()


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01",
        "identity = 3",
        "[identity]\nface_threshold = nan",
        "[identity]\nface_threshold = true",
        "[device]\nid = 'Ünï'",
        "[device]\nreceipt_prefix = 'a07'",
        "[site]\nname = " + "['x']",
        "# " + "x" * 300_000,
    ],
)
def test_hostile_file_is_one_clear_fault_and_never_a_traceback(text: str, tmp_path: Path) -> None:
    (fault,) = faults_of(text, tmp_path)
    assert len(fault) < 200
