"""Pictures to look at: flat landscapes of colour, drawn from chance that is always the same."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from portal.core.resources import PACKAGE

SIZE = (2400, 1600)
FONT = PACKAGE / "documents" / "fonts" / "FiraSans-SemiBold.ttf"
GRAIN = 14.0

# Sky above, sky below, then five colours that go with them.
PALETTES = (
    ("#fde8c8", "#f6b48f", "#d9643a", "#8c3b3b", "#2f4858", "#f2c14e", "#fff4e0"),
    ("#dff1f2", "#a9d6d5", "#2a7f86", "#14505c", "#e9a23b", "#c8553d", "#fdf6e3"),
    ("#efe6f5", "#c9b3dd", "#7b5ea7", "#43306b", "#f0a6a0", "#f4d35e", "#fffaf0"),
    ("#e9f3dc", "#bfdc9f", "#5c8f4f", "#2f5d3a", "#e3b23c", "#b5533c", "#fbfaf0"),
    ("#e3ecf8", "#a8c3e6", "#3e6fae", "#1f3b68", "#f28f3b", "#f6d8ae", "#ffffff"),
)
Palette = tuple[str, ...]


def draw(chance: Random, words: str) -> Image.Image:
    """Return a picture of 2400 × 1600 pixels, different for each `chance`, with `words` below."""
    palette = chance.choice(PALETTES)
    image = _sky(palette)
    chance.choice(SCENES)(image, chance, palette)
    image = _grainy(image, chance)
    _sign(image, words, palette)
    return image


def _sky(palette: Palette) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(SIZE, Image.Resampling.BICUBIC)
    return Image.composite(
        Image.new("RGB", SIZE, palette[1]), Image.new("RGB", SIZE, palette[0]), ramp
    )


def _hills(image: Image.Image, chance: Random, palette: Palette) -> None:
    """Draw a sun over rows of hills."""
    pen = ImageDraw.Draw(image)
    x, y, r = chance.randint(500, 1900), chance.randint(300, 550), chance.randint(150, 260)
    pen.ellipse((x - r, y - r, x + r, y + r), fill=palette[5])
    for row, colour in enumerate((palette[4], palette[2], palette[3])):
        base, high = 800 + row * 230, chance.randint(70, 170)
        wave, shift = chance.uniform(0.002, 0.005), chance.uniform(0, 6)
        ridge = [(x, base - high * math.sin(x * wave + shift)) for x in range(0, 2401, 12)]
        pen.polygon([*ridge, (2400, 1600), (0, 1600)], fill=colour)


def _circle(image: Image.Image, chance: Random, palette: Palette) -> None:
    """Draw round figures in a ring, as people sit together."""
    pen = ImageDraw.Draw(image)
    pen.ellipse((420, 400, 1980, 1280), fill=palette[6])
    pen.ellipse((900, 660, 1500, 1020), fill=palette[5])
    count = chance.randint(9, 13)
    for number in range(count):
        angle = 2 * math.pi * number / count
        x, y = 1200 + 760 * math.cos(angle), 800 + 400 * math.sin(angle)
        colour = palette[2 + number % 3]
        pen.rounded_rectangle((x - 95, y - 40, x + 95, y + 210), 90, fill=colour)
        pen.ellipse((x - 62, y - 165, x + 62, y - 41), fill=palette[2 + (number + 1) % 4])


def _bunting(image: Image.Image, chance: Random, palette: Palette) -> None:
    """Draw lines of small flags over a long table."""
    pen = ImageDraw.Draw(image)
    for row in range(3):
        top, sag = 160 + row * 190, chance.randint(80, 150)
        for number, x in enumerate(range(-40, 2400, 150)):
            y = top + sag * math.sin(math.pi * (x + 40) / 2480)
            flag = [(x, y), (x + 130, y), (x + 65, y + 150)]
            pen.polygon(flag, fill=palette[2 + (number + row) % 5])
    pen.rectangle((0, 1180, 2400, 1600), fill=palette[3])
    pen.rounded_rectangle((200, 1080, 2200, 1240), 40, fill=palette[6])
    for x in range(320, 2150, 230):
        r = chance.randint(38, 62)
        colour = palette[chance.choice((2, 4, 5))]
        pen.ellipse((x - r, 1130 - r // 2, x + r, 1130 + r // 2), fill=colour)


def _leaves(image: Image.Image, chance: Random, palette: Palette) -> None:
    """Draw a tree of many round leaves."""
    pen = ImageDraw.Draw(image)
    pen.polygon([(1110, 1600), (1290, 1600), (1235, 700), (1165, 700)], fill=palette[3])
    for _leaf in range(240):
        angle, far = chance.uniform(0, 2 * math.pi), chance.uniform(0, 1) ** 0.6
        x, y = 1200 + 820 * far * math.cos(angle), 640 + 470 * far * math.sin(angle)
        r = chance.randint(26, 84)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=palette[chance.choice((2, 2, 3, 4, 5, 6))])


def _houses(image: Image.Image, chance: Random, palette: Palette) -> None:
    """Draw a row of houses with lit windows."""
    pen = ImageDraw.Draw(image)
    x = -60
    while x < 2400:
        width, high = chance.randint(240, 420), chance.randint(480, 920)
        colour = palette[chance.choice((2, 3, 4))]
        top = 1400 - high
        pen.rectangle((x, top, x + width, 1400), fill=colour)
        roof = [(x - 20, top), (x + width + 20, top), (x + width / 2, top - 170)]
        pen.polygon(roof, fill=palette[3])
        for left in range(x + 50, x + width - 90, 110):
            for low in range(top + 60, 1240, 150):
                light = palette[chance.choice((5, 6, 3))]
                pen.rectangle((left, low, left + 62, low + 86), fill=light)
        x += width
    pen.rectangle((0, 1400, 2400, 1600), fill=palette[3])


SCENES: tuple[Callable[[Image.Image, Random, Palette], None], ...] = (
    _hills,
    _circle,
    _bunting,
    _leaves,
    _houses,
)


def _grainy(image: Image.Image, chance: Random) -> Image.Image:
    """Soften edges and add the grain of paper, the same for the same chance."""
    tile = Image.frombytes("L", (600, 400), bytes(chance.choices(range(100, 156), k=240_000)))
    grain = Image.new("L", SIZE)
    for left in range(0, SIZE[0], 600):
        for top in range(0, SIZE[1], 400):
            grain.paste(tile, (left, top))
    soft = image.filter(ImageFilter.GaussianBlur(1.6))
    return Image.blend(soft, Image.merge("RGB", (grain, grain, grain)), GRAIN / 255)


def _sign(image: Image.Image, words: str, palette: Palette) -> None:
    """Write the words and that this is an example on a light strip below."""
    pen = ImageDraw.Draw(image, "RGBA")
    pen.rectangle((0, 1460, 2400, 1600), fill=(255, 255, 255, 225))
    font = ImageFont.truetype(str(FONT), 58)
    pen.text((80, 1530), words[:70], font=font, fill=palette[3], anchor="lm")
    small = font.font_variant(size=40)
    pen.text((2320, 1530), "Beispielbild", font=small, fill=palette[2], anchor="rm")
