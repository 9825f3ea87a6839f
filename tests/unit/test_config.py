from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def write(tmp_path: Path, data: bytes) -> tuple[str, ...]:
    file = tmp_path / "kiosk.toml"
    file.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    return caught.value.faults


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (bytes(range(256)) * 10, "UTF-8"),
        ("[site]\nname = '乡邻'\n".encode("gbk"), "UTF-8"),
        (b"[site]\nname = \n", "第 2 行"),
        (b'[storage]\nstate_dir = "C:\\Users\\kiosk"\n', "单引号"),
        (b"a = " + b"[" * 5000, "TOML"),
        (b"[sync]\ninterval_s = 1" + b"0" * 5000, "TOML"),
        (b"[screen]\ndiagonal_in = 1" + b"0" * 400, "之间"),
        (b"[hardware]\ncamera = 'webcam'", "opencv"),
        (b"[hardware]\ncard_reader = 'usb'", "simulated"),
        (b"[hardware]\naudio = 'loud'", "record"),
        (b'[site]\nname = "a\\u0007"', "站名"),
        (b"[storage]\nstate_dir = 'data'", "完整的路径"),
        (b'["\\u001b[2J"]', "没有这一节"),
        (b'[site]\n"\\u001b[2J" = 1', "没有这个设置"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_odd_file_is_said_in_plain_words(data: bytes, word: str, tmp_path: Path) -> None:
    (fault,) = write(tmp_path, data)
    assert word in fault
    assert len(fault) < 200
    assert fault.isprintable()


def test_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_bytes('\ufeff[site]\r\nname = "张村服务站"\r\n'.encode())
    assert load_config(file).site.name == "张村服务站"


def test_file_of_many_faults_says_the_first_and_counts_the_others(tmp_path: Path) -> None:
    text = "[site]\n" + "".join(f"key_{number} = 1\n" for number in range(500))
    faults = faults_of(text, tmp_path)
    assert len(faults) == 21
    assert faults[-1] == "设置文件：还有 480 处错"


def test_wrong_address_is_said_beside_the_other_faults(tmp_path: Path) -> None:
    key = "ab" * 32
    faults = faults_of(
        f"[sync]\ncentre_url = 'ftp://x'\ncentre_public_key = '{key}'\n[screen]\nviewing_mm = 1\n",
        tmp_path,
    )
    assert [fault.partition("：")[0] for fault in faults] == [
        "screen.viewing_mm",
        "sync.centre_url",
    ]


@pytest.mark.parametrize(
    "url", ["https://", "https://[::1", "https://centre.example:port", "https:centre.example"]
)
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        parse_config({"sync": {"centre_url": url, "centre_public_key": "ab" * 32}})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"centre_url": "https://centre.example"}, "sync.centre_public_key"),
        ({"centre_public_key": "ab" * 32}, "sync.centre_url"),
    ],
)
def test_half_of_a_centre_is_refused_because_nothing_would_ever_be_sent(
    given: dict[str, str], missing: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"sync": given})
    (fault,) = caught.value.faults
    assert fault.startswith(missing)


def test_fault_is_not_said_twice_when_half_of_a_centre_is_written_wrongly() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"sync": {"centre_url": "https://centre.example", "centre_public_key": "zz"}})
    assert len(caught.value.faults) == 1


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_settings_or_a_clear_fault(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_bytes(data)
    faults: tuple[str, ...] = ()
    try:
        load_config(file)
    except ConfigError as error:
        faults = error.faults
    assert all(fault.isprintable() for fault in faults)
