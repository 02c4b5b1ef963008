"""The rules of this house, as tests. Each says in its failure what to change and where."""
