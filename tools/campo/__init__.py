"""What `./dev` does, with the standard library alone: it must run before anything is installed."""
