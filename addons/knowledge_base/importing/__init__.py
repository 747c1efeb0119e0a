"""Articles that were written elsewhere: Markdown, HTML and tables, read without a database."""
