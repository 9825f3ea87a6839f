from tests.ui.test_visit_controller import CARD


def test_a_card_shows_nothing_of_its_owner_when_it_is_written_to_a_log():
    assert repr(CARD) == "Card()"
