"""Search: words over everything shared, people and tags, and searches that go on by themselves.

Start with `tokens.py` (text to terms), then `index.py` (BM25 kept in PostgreSQL), `query.py` (what people type),
`find.py` (what they get) and `saved.py` (which new posts fit which saved searches). `statistics.py` keeps count
of how common each term is. Everything found has passed `visible_to`.
"""
