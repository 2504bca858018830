"""Does a reply supply what was asked for? A small linear classifier over counted features."""
