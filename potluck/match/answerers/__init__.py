"""Who can help? One ranking of people, used while a question is typed, when it is asked, by mail, on the board of open
questions and for first readers. Start with `ranking.py`.

    topics.py        what members say of themselves, by words and by meaning
    features.py      who is looked at, and what speaks for each of them
    language_model.py   who answers what is put in such words
    weights.py       how much each thing counts, and how that is learned
    train_ranking.py the same each night from this network's own answers
    quota.py         how many are asked, and who has room this week
"""
