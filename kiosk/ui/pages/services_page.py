"""What do you want to do: one to six tiles, drawn wide when they are few."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from kiosk.flows import pages as models
from kiosk.flows.actions import ChooseService
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.text_block import TextBlock

MOST_TILES = 6
FEW_TILES = 3
"""Up to this number, tiles stand below each other over the whole width."""
PICTURE_MM = 50.0
"""The picture leads: it is for those who do not read."""


class ServicesPage(Page[models.ServicesPage]):
    """Tiles."""

    prompt_share = 0.32

    def build(self) -> None:
        """Make the grid; tiles come with the view model."""
        self.grid = QGridLayout()
        self.grid.setSpacing(max(1, self.kit.tokens.gap - 2 * self.kit.tokens.focus))
        self.tiles: list[ActionButton] = []
        self.answers.addStretch(1)
        self.answers.addLayout(self.grid, 20)
        self.note = TextBlock(
            self.kit,
            self.kit.tokens.body,
            colour=self.kit.tokens.colours.ink_soft,
            align=Qt.AlignmentFlag.AlignHCenter,
        )
        self.answers.addSpacing(self.kit.tokens.mm(3))
        self.answers.addWidget(self.note)
        self.answers.addStretch(2)

    def fill(self, model: models.ServicesPage) -> None:
        """Show one tile for each service."""
        self._clear()
        is_few = len(model.tiles) <= FEW_TILES
        columns = 1 if is_few else 2
        for number, tile in enumerate(model.tiles[:MOST_TILES]):
            made = self._tile(tile, is_few=is_few)
            self.tiles.append(made)
            self.grid.addWidget(made, number // columns, number % columns)
        self.note.show_words(model.note)
        self.grid.setColumnStretch(0, 1)
        self.grid.setColumnStretch(1, columns - 1)

    def wipe(self) -> None:
        """Forget the note: it may say what somebody has done."""
        super().wipe()
        self.note.show_words("")

    def _tile(self, tile: models.ServiceTile, *, is_few: bool) -> ActionButton:
        tokens = self.kit.tokens
        made = ActionButton(self.kit, Look.TILE, tile.title, tile.icon)
        made.is_large = is_few
        made.is_column = not is_few and not tokens.is_landscape
        made.picture_mm = PICTURE_MM
        made.setMinimumHeight(tokens.tile)
        made.setMaximumHeight(tokens.mm(80 if is_few else 100))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        made.clicked.connect(lambda: self.emit_action(ChooseService(tile.service_id)))
        return made

    def _clear(self) -> None:
        for tile in self.tiles:
            self.grid.removeWidget(tile)
            tile.setParent(None)
            tile.deleteLater()
        self.tiles.clear()
