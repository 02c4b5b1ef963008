"""What the people of the small network say: long, short, in other scripts, with everything Markdown can hold."""

ADA = "Grows beans on heavy clay, and asks **why**.\n\nKeeps notes since 2019."
BEN = "Three years of compost in a flat. Writes it down, weights and all."
PLACES = ["Riverside allotments", "Leeds City Library"]
ARABIC_NAME = "فاطمة الزهراء بنت محمد العلوي"
ARABIC_ABOUT = "أزرع الزيتون وأكتب عن التربة."
LONG_NAME = "Maximiliana-Konstanze von und zu Hohenlohe-Schillingsfürst-Waldenburg the Younger"
LONG_ABOUT = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, and compost."
LONG_PLACE = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
TITLE = "Compost in a flat: what three years taught me"
ARTICLE = """
I weigh everything, since one forgets. It began with *one* bucket and **no** plan.

## What goes in

1. Peel, cut small
2. Paper, torn
   - no gloss
   - no tape
3. A handful of what came out last time

> Whoever has a heap has a thermometer.

The sums, for those who like sums:

| Month | In (kg) | Out (kg) | What the neighbours said about it when asked on the stairs |
|---|--:|--:|---|
| January | 4.1 | 0.9 | nothing |
| February | 3.8 | 1.1 | “is that you?” |

```python
def weight(start: float, weeks: int) -> float:
    return start * 0.93 ** weeks  # a line that is rather too long to fit on the screen of a telephone, and so scrolls
```

Read `weights.csv`, or [the page I began with](https://example.org/compost). #soil #balcony
"""
QUESTION = (
    "How do you keep slugs off seedlings without poison?\n\nI have tried eggshells, coffee, and shouting."
)
ARABIC_TITLE = "كيف نحافظ على رطوبة التربة في الصيف؟"
ARABIC_TEXT = "نغطي الأرض بالتبن ونسقي عند الغروب. هذا ما تعلمته من جدتي في **فاس**."
LONG_TITLE = (
    "On the Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz, and why my heap went cold in the "
    "third week of an otherwise unremarkable November, with a remark on worms"
)
LONG_TEXT = (
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3
    + " is not what worms have.\n\n"
    + "It was cold. " * 90
)
MANY_TAGS = [
    "soil",
    "compost",
    "worms",
    "november",
    "cold-heaps",
    "rindfleischetikettierung",
    "balcony",
    "clay",
    "weights-and-measures",
    "mulch",
    "slow-things",
    "leaf-mould",
]
REPLIES = [
    "Straw, in May.",
    "Leaves, whole, as soon as they fall. They are **free**, and they stay where they are put if wetted.",
    "Nothing. Bare soil warms first.\n\nThat is worth two weeks here.",
    "> Straw, in May.\n\nOnly if the slugs have gone to bed.",
    "تبن، في الخريف.",
    "```\nlay(cardboard).then(wait, weeks=6)\n```",
    "Wool. " * 40,
    "See https://example.org/mulch/a-long-address-that-goes-on-and-on-and-on-without-any-end-in-sight",
]
