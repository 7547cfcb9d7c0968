"""Whoever asked with an account sees what became of each question, and nobody sees anybody else's."""

from pglab.core.db import db, transaction
from pglab.questions import services
from tests.factories.accounts import make_program_manager, make_user
from tests.factories.questions import make_question, make_read, publish
from tests.factories.rfps import make_open_rfp
from tests.support.statements import counting

PAGE = "/apply/questions"


def test_each_question_stands_where_it_is(login):
    rfp, asker, other = make_open_rfp(), make_user("Ask Er"), make_user("Other")
    texts = ["Is one enough?", "Is two enough?", "Is it mine?", "Who reads it?", "Where?"]
    waiting, read, answered, pointed, declined = (make_question(rfp, each, asker=asker) for each in texts)
    make_read(read, answer="A draft that nobody has read")
    publish(make_read(answered))
    manager = make_program_manager()
    with transaction():
        services.point_to_answer(pointed, number=1, actor=manager)
    with transaction():
        services.decline_question(declined, reason="It is not about the call.", actor=manager)

    page = login(asker).get(PAGE).text

    assert all(each in page for each in texts)
    assert page.count("Received") == 2
    assert "Published as Q1" in page and "Answered by Q1" in page and "Not answered" in page
    assert page.count('href="/cohorts/12/questions/1"') == 2
    assert "Why: It is not about the call." in page
    assert "A draft that nobody has read" not in page
    assert waiting.asked_text not in login(other).get(PAGE).text


def test_what_somebody_else_typed_with_my_address_is_not_mine_before_the_link_is_used(login):
    rfp, me = make_open_rfp(), make_user("Me")
    asked = services.Asked("Not by me?", make_question(rfp).topic)
    with transaction():
        services.ask_question(rfp, asked, email=me.email, actor=None)

    page = login(me).get(PAGE).text
    assert "Not by me?" not in page
    assert "You haven’t asked a question." in page


def test_it_is_one_page_for_whoever_is_signed_in_and_linked_from_their_proposals(login, client):
    make_open_rfp()
    somebody = login(make_user())
    assert f'href="{PAGE}"' in somebody.get("/apply").text
    assert 'href="/cohorts/12/questions/new"' in somebody.get(PAGE).text
    assert client.get(PAGE).status_code == 303


def test_three_questions_need_as_many_statements_as_one(login):
    rfp, asker = make_open_rfp(), make_user("Ask Er")
    client, counts = login(asker), []
    for number in (1, 2):
        for _ in range(number):
            make_question(rfp, asker=asker)
        db.session.commit()
        with counting() as statements:
            client.get(PAGE)
        counts.append(len(statements))
    assert counts[0] == counts[1]
