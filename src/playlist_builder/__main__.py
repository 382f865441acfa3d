"""`python -m playlist_builder` is `playlist`."""

from playlist_builder.cli import main

if __name__ == "__main__":
    main()
