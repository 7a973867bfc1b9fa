"""What the bot is taught: words that it does not know yet, and the same wish in other words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A customer's message, its intent, and a later customer's wording of the same."""

    intent: str
    asked: str
    asked_anew: str


LESSONS = (
    Lesson(
        "delivery_abroad",
        "could a crate reach the faroes by boat?",
        "can a crate get to the faroes by boat?",
    ),
    Lesson(
        "discount_code",
        "mountain rescue volunteers get anything knocked off?",
        "is anything knocked off for mountain rescue volunteers?",
    ),
    Lesson(
        "pickup_in_store",
        "can my neighbour fetch the parcel from your counter with my passport?",
        "is my neighbour allowed to fetch it from the counter with my passport?",
    ),
    Lesson(
        "repair_service",
        "moths have been at my down bag, would your tailor darn it?",
        "would your tailor darn a down bag that moths have been at?",
    ),
    Lesson(
        "loyalty_points",
        "my cairns vanished from the club card after new year",
        "where have the cairns on my club card gone since new year?",
    ),
    Lesson(
        "payment_methods",
        "will you take cheques from a scout troop?",
        "does a scout troop's cheque work for you?",
    ),
    Lesson(
        "jobs",
        "my niece needs somewhere for her fortnight's placement",
        "a fortnight's placement for my niece, would you have her?",
    ),
    Lesson(
        "back_in_stock_alert",
        "give me a shout when the red kettles land",
        "a shout when red kettles land would be lovely",
    ),
    Lesson(
        "delivery_time",
        "my brother sets off for nepal on friday, will it be there?",
        "will it be there before my brother sets off for nepal on friday?",
    ),
    Lesson(
        "newsletter_unsubscribe",
        "your owl in my inbox every morning has to go",
        "please make the owl in my inbox go away",
    ),
    Lesson(
        "gift_card_buy",
        "something my aunt can spend at yours for her seventieth",
        "for my aunt's seventieth, something she can spend at yours",
    ),
    Lesson(
        "care_instructions",
        "there is curry on my gilet",
        "curry all over my gilet, what now?",
    ),
    Lesson(
        "delivery_cost",
        "is the postman's bit on top or in it?",
        "the postman's bit, is it in there or on top?",
    ),
)
"""More than one run needs: what the bot has come to know is passed over."""
