"""Results → terminal, JSON, Markdown, HTML. Pure: everything here returns text."""
