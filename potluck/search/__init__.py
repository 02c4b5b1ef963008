"""Search: words and meaning over everything shared, people and tags, and searches that go on by themselves.

Start with `tokens.py` (text to terms), then `index.py` (BM25 kept in PostgreSQL), `query.py` (what people type),
`find.py` (what they get), `encoder.py` and `embeddings.py` (texts to vectors), `similar.py` (what is about the same, by
words and meaning) and `saved_searches.py` (which new posts fit which saved searches). Everything found has passed
`visible_to`.
"""
