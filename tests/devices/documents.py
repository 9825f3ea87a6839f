"""Pages laid on a table and photographed well and badly: the pictures that the document check is measured on."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kiosk.services.ports import Frame

FONT = Path(__file__).parents[2] / "assets/fonts/XianglinSansSC-Regular.otf"
WORDS = (
    "农业银行借记卡姓名身份证号码开户网点医疗费用发票住院收费金额合计大写人民币元角分诊断证明书"
    "户口登记簿常住人口住址派出所单位公章日期年月日序号项目单价数量备注出院小结主治医师签字"
)
TABLES = {
    "wood": (60, 90, 130),
    "grey": (110, 110, 110),
    "green": (70, 90, 40),
    "black": (35, 35, 38),
}
"""Colours, BGR. White paper on a white table is left out: nobody can see its edges."""


@dataclass(frozen=True)
class Scene:
    """How a page is photographed; the defaults make a good picture."""

    seed: int = 0
    kind: str = "page"
    """``page`` (A4 text), ``card`` (bank card page, large digits), ``booklet`` (dark red household page)."""
    table: str = "wood"
    fill: float = 0.85
    """Height of the document as a share of the frame's, before it is turned."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Of its centre, in shares of the frame."""
    turn: float = 3.0
    """Degrees."""
    light: float = 0.9
    """1 makes white paper 255."""
    slope: float = 0.15
    """How much darker one side is."""
    blur: float = 0.6
    """Sigma of the lens, pixels of a 1920 wide frame."""
    smear: int = 0
    """Pixels of motion sideways."""
    glare: float = 0.0
    """Size of a lamp's reflection, as a share of the document's height."""
    noise: float = 3.0
    size: tuple[int, int] = (1920, 1080)


def photograph(scene: Scene) -> Frame:
    """Take the picture."""
    random = np.random.default_rng(scene.seed)
    page = _page(scene.kind, random)
    width, height = scene.size
    tall = height * scene.fill
    wide = tall * page.shape[1] / page.shape[0]
    if wide > width * scene.fill:
        tall, wide = tall * width * scene.fill / wide, width * scene.fill
    centre = np.array([width * (0.5 + scene.shift[0]), height * (0.5 + scene.shift[1])])
    angle = np.radians(scene.turn)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)]) / 2
    corners = corners @ turn.T + centre + random.uniform(-6, 6, (4, 2))
    source = np.array(
        [(0, 0), (page.shape[1], 0), page.shape[1::-1], (0, page.shape[0])], np.float32
    )
    warp = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    grain = random.normal(0, 6, (height // 4, width // 4, 1))
    table = np.clip(np.array(TABLES[scene.table]) + grain, 0, 255).astype(np.uint8)
    picture = cv2.resize(table, scene.size, interpolation=cv2.INTER_LINEAR)
    laid = cv2.warpPerspective(page, warp, scene.size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), warp, scene.size)
    picture = np.where(mask[..., None] > 127, laid, picture).astype(np.float32)
    picture *= scene.light * (1 - scene.slope * np.linspace(0, 1, width)[None, :, None])
    if scene.glare:
        _add_lamp(picture, centre, tall * scene.glare)
    sigma = scene.blur * width / 1920
    picture = cv2.GaussianBlur(picture, (0, 0), sigma) if sigma else picture
    if scene.smear:
        picture = cv2.blur(picture, (scene.smear, 1))
    picture += random.normal(0, scene.noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _add_lamp(picture: np.ndarray, centre: np.ndarray, size: float) -> None:
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    distance = ((x - centre[0]) / size) ** 2 + ((y - centre[1]) / (size * 0.6)) ** 2
    picture += 400 * np.exp(-2 * distance)[..., None]


def _page(kind: str, random: np.random.Generator) -> Frame:
    if kind == "card":
        return _card(random)
    paper = (225, 225, 245) if kind == "page" else (205, 190, 235)
    size = (1000, 1414) if kind == "page" else (1400, 1000)
    image = Image.new("RGB", size, paper[::-1])
    draw = ImageDraw.Draw(image)
    text_size = 26 if kind == "page" else 34
    font = ImageFont.truetype(str(FONT), text_size)
    for top in range(80, size[1] - 80, int(text_size * 1.8)):
        count = int(random.integers(8, (size[0] - 160) // text_size))
        line = "".join(random.choice(list(WORDS + "0123456789"), count))
        draw.text((80, top), line, fill=(40, 40, 45), font=font)
    return cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR)


def _card(random: np.random.Generator) -> Frame:
    image = Image.new("RGB", (1400, 883), (70, 150, 120))
    draw = ImageDraw.Draw(image)
    draw.text((80, 80), "农业银行", fill=(250, 250, 250), font=ImageFont.truetype(str(FONT), 90))
    digits = "".join(map(str, random.integers(0, 10, 19)))
    draw.text((80, 430), digits, fill=(245, 245, 240), font=ImageFont.truetype(str(FONT), 96))
    draw.text(
        (80, 640), "有效期 12/36", fill=(240, 240, 240), font=ImageFont.truetype(str(FONT), 60)
    )
    return cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR)
