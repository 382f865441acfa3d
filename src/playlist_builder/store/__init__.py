"""What lasts: settings, listings and locks (text), state and ledger (SQLite)."""
