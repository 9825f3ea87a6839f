"""The keyboards that stand on a page, as child widgets: words and rare characters, or numbers.

A page holds the text; a keyboard only says what to add to it and when to take the last sign away::

    keyboard = PinyinKeyboard(kit, engine, finder)           # names, addresses, free text
    keyboard = NumberKeyboard(kit, extra="X")                # or extra=".", has_double_zero=True for amounts
    keyboard.committed.connect(lambda text: ...)             # append it: a word, a character, a digit, "·"
    keyboard.deleted.connect(lambda: ...)                    # drop the last character that the page holds
    keyboard.take_key(event)                                 # from the page's keyPressEvent; True: taken
    keyboard.first_control()                                 # what the page gives the focus to
    keyboard.wipe()                                          # from the page's wipe(): forget what is typed

``engine`` is an ``accessibility.input_method.PinyinEngine(places=names_of_the_county)``, ``finder`` a
``CharacterFinder()``. Make one of each for the whole application: neither keeps anything of a person.

While letters are typed and not yet a word, delete takes letters back and ``deleted`` is silent;
``is_composing`` says so and ``composing_changed`` tells what is shown. Enter is taken only then: it commits the
first word, so that a page that goes on at Enter never loses letters. A page should ask ``is_composing`` before it
goes on by its own button, and call ``settle()``, which commits the first word.

``PinyinKeyboard`` is understood in five ways, one key each: pinyin, strokes, parts of a character, radical, digits
(``has_digits=False`` leaves the last one out). A character that the bundled font lacks is shown as ``U+7833``
on its key; a page that shows typed text can use ``picture_of`` of ``kiosk.ui.keyboard.key`` for the same.

Height: ``PinyinKeyboard`` needs 127 mm on a landscape screen and 145 mm on a portrait one and grows into
more; both keyboards fill the width they are given (at least 230 mm).
"""

from kiosk.ui.keyboard.number_keyboard import NumberKeyboard
from kiosk.ui.keyboard.pinyin_keyboard import PinyinKeyboard

__all__ = ["NumberKeyboard", "PinyinKeyboard"]
