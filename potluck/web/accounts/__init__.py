"""Accounts: django-allauth's adapters, forms and emails, what follows a sign-in, sessions."""
