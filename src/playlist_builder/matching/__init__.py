"""The right recording for each track, or none. Pure: the catalogue is asked through `Catalogue` alone."""
