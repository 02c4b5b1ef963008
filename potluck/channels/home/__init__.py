"""Home: the page on which a member reads what reached them, and the live stream that tells it has grown.

`outbound.py` writes home rows (a home row is the home delivery), `day.py` chooses what a day holds, `views.py`
shows it, `stream.py` is the small process that tells open pages something came.
"""
