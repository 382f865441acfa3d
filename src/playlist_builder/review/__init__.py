"""Rows that need a person, settled one by one: in the terminal, or on a page that only this machine can see."""
