"""First visit: the landing page, sharing before there is an account, the first steps of a member."""
